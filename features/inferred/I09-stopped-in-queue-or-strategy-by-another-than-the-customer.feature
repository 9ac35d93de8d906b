@I9
Feature: The chat is stopped in a queue or a strategy, and not by the customer
  A strategy, the server or an agent ends a chat that nobody handles. No customer abandoned it and nobody attempted to
  handle it: no fact.

  Scenario: In the entering queue, by the server
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    When the server stops the chat
    Then there are no facts

  Scenario: During routing, by the strategy
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" takes the chat from queue "Queue 1"
    When strategy "Strategy 1" stops the chat
    Then there are no facts

  Scenario: After the strategy has left, by the server
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" takes the chat from queue "Queue 1"
    And strategy "Strategy 1" leaves
    When the server stops the chat
    Then there are no facts

  @R1 @R10
  Scenario: Back in the queue, by the server
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And the invitation of "Agent 1" is revoked as "Expired"
    And the server returns the chat to queue "Queue 1"
    When the server stops the chat
    Then the facts are:
      | resource | technical descriptor          |
      | Agent 1  | RoutedTo/Redirected [Revoked] |

  @R1 @I3
  Scenario: In the queue of a transfer, by the agent who left
    Given a chat that "Agent 1" handles
    And "Agent 1" transfers through queue "Queue 2"
    And "Agent 1" leaves
    When "Agent 1" stops the chat
    Then the facts are:
      | resource | technical descriptor |
      | Agent 1  | RoutedTo/Transferred |

  @R1 @R8
  Scenario: During routing of a conference, by the strategy
    Given a chat that "Agent 1" handles
    And "Agent 1" confers through queue "Queue 2" with visibility mode 1
    And "Agent 1" leaves
    And strategy "Strategy 2" takes the chat from queue "Queue 2"
    When strategy "Strategy 2" stops the chat
    Then the facts are:
      | resource | technical descriptor |
      | Agent 1  | RoutedTo/Completed   |
