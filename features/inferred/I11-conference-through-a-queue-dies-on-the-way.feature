@I11 @R1 @R8 @I14
Feature: A conference or transfer through a queue dies on the way while an agent handles
  The chat stops before the queue or strategy has found the agent asked for, and another agent is with the customer.
  Nobody was invited and the customer was attended to: nothing abandoned, no fact for queue or strategy.

  Scenario: The conference waits in the queue
    Given a chat that "Agent 1" handles
    And "Agent 1" confers through queue "Queue 2" with visibility mode 1
    When the media server removes "Agent 1"
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor |
      | Agent 1  | RoutedTo/Completed   |

  Scenario: The strategy routes the consult
    Given a chat that "Agent 1" handles
    And "Agent 1" consults through queue "Queue 2"
    And strategy "Strategy 2" takes the chat from queue "Queue 2"
    When the customer leaves
    Then the facts are:
      | resource | technical descriptor |
      | Agent 1  | RoutedTo/Completed   |

  Scenario: The agent stops the chat
    Given a chat that "Agent 1" handles
    And "Agent 1" confers through queue "Queue 2" with visibility mode 1
    When "Agent 1" stops the chat
    Then the facts are:
      | resource | technical descriptor |
      | Agent 1  | RoutedTo/Completed   |

  @R3 @I3 @I12
  Scenario: The transfer waits in the queue while a conferee handles
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 2" accepts
    And "Agent 1" transfers through queue "Queue 2"
    And "Agent 1" leaves
    When the media server removes "Agent 2"
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Transferred   |
      | Agent 2  | InConference/Completed |
