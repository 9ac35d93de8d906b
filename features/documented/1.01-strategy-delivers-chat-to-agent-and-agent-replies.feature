@1.1 @R1 @R8
Feature: A strategy delivers a chat to an agent, who replies
  The strategy takes the chat from the interaction queue and invites an agent, who accepts. The time in the queue is
  mediation within the agent's attempt: queue and strategy have no fact of their own.

  @as-drawn
  Scenario: The agent accepts and completes the chat
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    When strategy "Strategy 1" takes the chat from queue "Queue 1"
    And strategy "Strategy 1" invites "Agent 1"
    And strategy "Strategy 1" leaves
    And "Agent 1" accepts
    And "Agent 1" leaves
    And "Agent 1" stops the chat
    Then the facts are:
      | resource | resource type | technical descriptor |
      | Agent 1  | agent         | RoutedTo/Completed   |
