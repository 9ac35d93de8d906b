@1.7 @R1 @R4 @R8
Feature: An agent consults another agent during a chat
  A consult is a conference with visibility mode 3: the second agent talks with the first, unseen by the customer. No
  operation says so, only the mode, which may come late or change; the last one given decides.

  @as-drawn
  Scenario: Visibility mode on the invitation
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" takes the chat from queue "Queue 1"
    And strategy "Strategy 1" invites "Agent 1"
    And strategy "Strategy 1" leaves
    And "Agent 1" accepts
    When "Agent 1" invites "Agent 2" to a conference with visibility mode 3
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 1" leaves
    And "Agent 1" stops the chat
    Then the facts are:
      | resource | technical descriptor      |
      | Agent 1  | RoutedTo/Completed        |
      | Agent 2  | ReceivedConsult/Completed |

  @as-drawn
  Scenario: Visibility mode only at the acceptance
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a conference
    And "Agent 2" accepts with visibility mode 3
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor      |
      | Agent 1  | RoutedTo/Completed        |
      | Agent 2  | ReceivedConsult/Completed |

  @composed
  Scenario: Two agents consulted one after the other
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a consult
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 1" invites "Agent 3" to a consult
    And "Agent 3" accepts
    And "Agent 3" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor      |
      | Agent 1  | RoutedTo/Completed        |
      | Agent 2  | ReceivedConsult/Completed |
      | Agent 3  | ReceivedConsult/Completed |

  @composed @R3
  Scenario: Consult, then a conference with the same agent
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a consult
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor      |
      | Agent 1  | RoutedTo/Completed        |
      | Agent 2  | ReceivedConsult/Completed |
      | Agent 2  | InConference/Completed    |

  @composed @R3
  Scenario: Consult beside a conference
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 1" invites "Agent 3" to a consult
    And "Agent 3" accepts
    And "Agent 2" accepts
    And "Agent 3" leaves
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor      |
      | Agent 1  | RoutedTo/Completed        |
      | Agent 2  | InConference/Completed    |
      | Agent 3  | ReceivedConsult/Completed |
