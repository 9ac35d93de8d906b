@I16 @R1
Feature: The customer leaves between an unanswered invitation and the queue
  The invitation is over and the chat is not back in a queue yet: it is nowhere. The unanswered agent's fact stands,
  and the abandon has no fact of its own.

  @R10
  Scenario: After an expired invitation
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    When the invitation of "Agent 1" is revoked as "Expired"
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor          |
      | Agent 1  | RoutedTo/Redirected [Revoked] |

  @R10
  Scenario: The strategy is still there
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" takes the chat from queue "Queue 1"
    And strategy "Strategy 1" invites "Agent 1"
    When the invitation of "Agent 1" is revoked as "Expired"
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor          |
      | Agent 1  | RoutedTo/Redirected [Revoked] |

  @R10 @I1
  Scenario: After a reject
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    When "Agent 1" rejects
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor           |
      | Agent 1  | RoutedTo/Redirected [Rejected] |

  @I3 @I4
  Scenario: On the way to the target of a transfer
    Given a chat that "Agent 1" handles
    And "Agent 1" transfers through queue "Queue 2"
    And "Agent 1" leaves
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    When the invitation of "Agent 2" is revoked as "Expired"
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor                  |
      | Agent 1  | RoutedTo/Transferred                  |
      | Agent 2  | ReceivedTransfer/Redirected [Revoked] |
