@I19 @medium
Feature: An interaction of another online medium than chat
  The guide says that other media are processed in full, not how. They are taken to be classified as chats are.

  @R1 @R2 @R8 @R9
  Scenario: A call back that is transferred
    Given a customer submits a "callback" interaction
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And "Agent 1" accepts
    When "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" accepts
    And "Agent 1" leaves
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | ReceivedTransfer/Completed |

  @R6 @R12
  Scenario: A text message that is abandoned in its queue
    Given a customer submits an "sms" interaction
    And the chat enters queue "Queue 1"
    When the customer leaves
    Then the facts are:
      | resource | resource type | technical descriptor                              |
      | Queue 1  | queue         | Received/CustomerAbandoned [AbandonedWhileQueued] |

  @R1 @R10
  Scenario: One whose invitation expires
    Given a customer submits an "sms" interaction
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    When the invitation of "Agent 1" is revoked as "Expired"
    And the server returns the chat to queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 2"
    And "Agent 2" accepts
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor          |
      | Agent 1  | RoutedTo/Redirected [Revoked] |
      | Agent 2  | RoutedTo/Completed            |
