@1.3 @R1 @R2 @R8 @R9
Feature: An agent transfers a chat to another agent
  The second agent accepts before the first leaves, and for a moment both are in the chat. The first agent's result is
  Transferred; the second's role tells of the transfer, whatever queue the chat first came from.

  @as-drawn
  Scenario: The other agent accepts
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" takes the chat from queue "Queue 1"
    And strategy "Strategy 1" invites "Agent 1"
    And strategy "Strategy 1" leaves
    And "Agent 1" accepts
    When "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" accepts
    And "Agent 1" leaves
    And "Agent 2" leaves
    And "Agent 2" stops the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | ReceivedTransfer/Completed |

  @composed @R10
  Scenario: Transfer by the second agent invited
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And the invitation of "Agent 1" is revoked as "Expired"
    And the server returns the chat to queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 2"
    And "Agent 2" accepts
    When "Agent 2" invites "Agent 3" to a transfer
    And "Agent 3" accepts
    And "Agent 2" leaves
    And "Agent 3" completes the chat
    Then the facts are:
      | resource | technical descriptor          |
      | Agent 1  | RoutedTo/Redirected [Revoked] |
      | Agent 2  | RoutedTo/Transferred          |
      | Agent 3  | ReceivedTransfer/Completed    |

  @composed @R10
  Scenario: Transfer to the agent who let the chat expire
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And the invitation of "Agent 1" is revoked as "Expired"
    And the server returns the chat to queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 2"
    And "Agent 2" accepts
    When "Agent 2" invites "Agent 1" to a transfer
    And "Agent 1" accepts
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor          |
      | Agent 1  | RoutedTo/Redirected [Revoked] |
      | Agent 2  | RoutedTo/Transferred          |
      | Agent 1  | ReceivedTransfer/Completed    |

  @composed @R3
  Scenario: Transfer after a conference
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 2" accepts
    And "Agent 2" leaves
    When "Agent 1" invites "Agent 3" to a transfer
    And "Agent 3" accepts
    And "Agent 1" leaves
    And "Agent 3" completes the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | InConference/Completed     |
      | Agent 3  | ReceivedTransfer/Completed |

  @composed @R3
  Scenario: Transfer during a conference
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 2" accepts
    When "Agent 1" invites "Agent 3" to a transfer
    And "Agent 3" accepts
    And "Agent 2" leaves
    And "Agent 1" leaves
    And "Agent 3" completes the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | InConference/Completed     |
      | Agent 3  | ReceivedTransfer/Completed |

  @composed @R4
  Scenario: Transfer to the agent consulted before
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a consult
    And "Agent 2" accepts
    And "Agent 2" leaves
    When "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" accepts
    And "Agent 1" leaves
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | ReceivedConsult/Completed  |
      | Agent 2  | ReceivedTransfer/Completed |

  @composed @R2 @R8 @R9
  Scenario: The target of the transfer removes its initiator
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" accepts
    And "Agent 2" removes "Agent 1"
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | ReceivedTransfer/Completed |
