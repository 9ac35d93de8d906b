@I3 @R1 @R8
Feature: An agent transfers a chat through a queue
  The initiator leaves as it places the chat in a queue, and is Transferred whoever takes the chat. The target has
  received a transfer although a strategy invites it, as with a conference through a queue.

  Scenario: Transfer through a queue
    Given a chat that "Agent 1" handles
    When "Agent 1" transfers through queue "Queue 2"
    And "Agent 1" leaves
    And strategy "Strategy 2" takes the chat from queue "Queue 2"
    And strategy "Strategy 2" invites "Agent 2"
    And strategy "Strategy 2" leaves
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 2" stops the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | ReceivedTransfer/Completed |

  Scenario: Back through the queue that the customer came by
    Given a chat that "Agent 1" handles
    When "Agent 1" transfers through queue "Queue 1"
    And "Agent 1" leaves
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And "Agent 1" accepts
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 1  | ReceivedTransfer/Completed |

  Scenario: Received from the initiator through the queue
    Given a chat that "Agent 1" handles
    When "Agent 1" transfers through queue "Queue 2"
    And "Agent 1" leaves
    And 60 seconds pass
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    And 5 seconds pass
    And "Agent 2" accepts
    And 120 seconds pass
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor       | received from | start    | end      |
      | Agent 1  | RoutedTo/Transferred       |               | 09:00:04 | 09:00:08 |
      | Agent 2  | ReceivedTransfer/Completed | 1             | 09:01:11 | 09:03:19 |

  @R2 @R11
  Scenario: Through a queue after a direct transfer failed
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    And the invitation of "Agent 2" is revoked as "Expired"
    When "Agent 1" transfers through queue "Queue 2"
    And "Agent 1" leaves
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 3"
    And "Agent 3" accepts
    And "Agent 3" completes the chat
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Transferred                 |
      | Agent 2  | ReceivedTransfer/Abandoned [Revoked] |
      | Agent 3  | ReceivedTransfer/Completed           |
