@1.11 @R1 @R14
Feature: The customer abandons a chat while an agent is alerted
  The media server stops the chat before the routed agent has accepted. The agent keeps the fact, and the withdrawal
  of the invitation, if one is sent at all, is part of the stop and no Redirected.

  @as-drawn
  Scenario: Invitation still pending at the stop
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" takes the chat from queue "Queue 1"
    And strategy "Strategy 1" invites "Agent 1"
    And strategy "Strategy 1" leaves
    When the customer leaves
    Then the facts are:
      | resource | resource type | technical descriptor                               |
      | Agent 1  | agent         | RoutedTo/CustomerAbandoned [AbandonedWhileRinging] |

  @as-drawn
  Scenario: Invitation revoked as Stopped first
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    When the invitation of "Agent 1" is revoked as "Stopped"
    And the customer leaves
    Then the facts are:
      | resource | resource type | technical descriptor                               |
      | Agent 1  | agent         | RoutedTo/CustomerAbandoned [AbandonedWhileRinging] |
