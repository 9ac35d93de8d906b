@I20
Feature: An agent finishes the chat by placing it in a finishing queue
  A deployment can name queues in which an agent's placing a chat means that it is done, or canceled. These scenarios
  use the queues iWD_Completed and iWD_Canceled. The agent's fact is Completed; what becomes of the chat in that queue
  has no fact.

  @R1
  Scenario: Done, and stopped by the strategy of that queue
    Given a chat that "Agent 1" handles
    When "Agent 1" finishes the chat in queue "iWD_Completed"
    And "Agent 1" leaves
    And strategy "Strategy 2" takes the chat from queue "iWD_Completed"
    And strategy "Strategy 2" stops the chat
    Then the facts are:
      | resource | technical descriptor | received from | start    | end      |
      | Agent 1  | RoutedTo/Completed   |               | 09:00:04 | 09:00:08 |

  @R1
  Scenario: Placed there as a transfer
    Given a chat that "Agent 1" handles
    When "Agent 1" transfers through queue "iWD_Completed"
    And "Agent 1" leaves
    And the server stops the chat
    Then the facts are:
      | resource | technical descriptor |
      | Agent 1  | RoutedTo/Completed   |

  @R1
  Scenario: Canceled
    Given a chat that "Agent 1" handles
    When "Agent 1" finishes the chat in queue "iWD_Canceled"
    And "Agent 1" leaves
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor          |
      | Agent 1  | RoutedTo/Completed [Canceled] |

  @R1 @R2 @R9
  Scenario: By a transferee
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" accepts
    And "Agent 1" leaves
    When "Agent 2" finishes the chat in queue "iWD_Completed"
    And "Agent 2" leaves
    And strategy "Strategy 2" takes the chat from queue "iWD_Completed"
    And strategy "Strategy 2" leaves
    And the server stops the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | ReceivedTransfer/Completed |

  @R1
  Scenario: An agent to whom the chat comes after that has no fact
    Given a chat that "Agent 1" handles
    When "Agent 1" finishes the chat in queue "iWD_Completed"
    And "Agent 1" leaves
    And strategy "Strategy 2" routes the chat from queue "iWD_Completed" to "Agent 2"
    And "Agent 2" accepts
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor |
      | Agent 1  | RoutedTo/Completed   |

  @I7
  Scenario: Canceled by an agent who pulled it
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And "Agent 1" pulls the chat from queue "Queue 1"
    When "Agent 1" finishes the chat in queue "iWD_Canceled"
    And "Agent 1" leaves
    And the server stops the chat
    Then the facts are:
      | resource | technical descriptor        |
      | Agent 1  | Puller/Completed [Canceled] |

  @R1 @R4 @R8 @I12
  Scenario: Canceled by a consulted agent who was left alone
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a consult
    And "Agent 2" accepts
    And "Agent 1" leaves
    When "Agent 2" finishes the chat in queue "iWD_Canceled"
    And "Agent 2" leaves
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Completed                   |
      | Agent 2  | ReceivedConsult/Completed [Canceled] |
