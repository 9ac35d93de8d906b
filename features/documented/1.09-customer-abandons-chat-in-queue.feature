@1.9 @R6 @R12
Feature: The customer abandons a chat in the queue
  Nobody has taken the chat when the media server stops it, so the attempt ended in mediation and the queue itself is
  the resource. A report that looks at agents alone loses this customer.

  @as-drawn
  Scenario: The customer leaves while queued
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    When 60 seconds pass
    And the customer leaves
    Then the facts are:
      | resource | resource type | technical descriptor                              |
      | Queue 1  | queue         | Received/CustomerAbandoned [AbandonedWhileQueued] |
