@1.10 @R7 @R13
Feature: The customer abandons a chat during routing
  A strategy has pulled the chat from the queue and has not yet found an agent. The strategy is the resource, and the
  result has no reason: neither the queue's nor the alerted agent's fits.

  @as-drawn
  Scenario: The strategy has left before the stop
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" takes the chat from queue "Queue 1"
    When strategy "Strategy 1" leaves
    And the customer leaves
    Then the facts are:
      | resource   | resource type | technical descriptor     |
      | Strategy 1 | strategy      | Puller/CustomerAbandoned |

  @as-drawn
  Scenario: The strategy is still there at the stop
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" takes the chat from queue "Queue 1"
    When the customer leaves
    Then the facts are:
      | resource   | resource type | technical descriptor     |
      | Strategy 1 | strategy      | Puller/CustomerAbandoned |
