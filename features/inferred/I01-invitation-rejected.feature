@I1
Feature: An invitation is declined, or withdrawn for another reason

  @R1
  Scenario: A routed agent rejects
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    When "Agent 1" rejects
    And the server returns the chat to queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 2"
    And "Agent 2" accepts
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor           |
      | Agent 1  | RoutedTo/Redirected [Rejected] |
      | Agent 2  | RoutedTo/Completed             |
