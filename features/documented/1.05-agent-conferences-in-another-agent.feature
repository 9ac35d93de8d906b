@1.5 @R1 @R3 @R8
Feature: An agent conferences in another agent
  The second agent joins, chats with the customer too, and leaves before the first. The initiator stays Completed: a
  chat conference makes nobody Conferenced, unlike a voice call.

  @as-drawn
  Scenario: The other agent joins
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" takes the chat from queue "Queue 1"
    And strategy "Strategy 1" invites "Agent 1"
    And strategy "Strategy 1" leaves
    And "Agent 1" accepts
    When "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 1" leaves
    And "Agent 1" stops the chat
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |

  @as-drawn
  Scenario: Visibility mode 1 only at the acceptance
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a conference
    And "Agent 2" accepts with visibility mode 1
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |

  @composed
  Scenario: Two agents join
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 2" accepts
    And "Agent 1" invites "Agent 3" to a conference with visibility mode 1
    And "Agent 3" accepts
    And "Agent 2" leaves
    And "Agent 3" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |
      | Agent 3  | InConference/Completed |

  @composed
  Scenario: The same agent joins twice
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |
      | Agent 2  | InConference/Completed |
