@1.2 @R1 @R8 @R10
Feature: An agent is invited into a chat and the invitation is revoked
  The routed agent lets the invitation expire, and the chat goes back to the queue to be routed anew. Each invitation
  is an attempt with a fact of its own; a strategy invited, so the unanswered one is Redirected, not Abandoned.

  @as-drawn
  Scenario: Invitation expired
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" takes the chat from queue "Queue 1"
    And strategy "Strategy 1" invites "Agent 1"
    And strategy "Strategy 1" leaves
    When 30 seconds pass
    And the invitation of "Agent 1" is revoked as "Expired"
    And the server returns the chat to queue "Queue 1"
    And strategy "Strategy 1" takes the chat from queue "Queue 1"
    And strategy "Strategy 1" invites "Agent 2"
    And strategy "Strategy 1" leaves
    And "Agent 2" accepts
    And "Agent 2" leaves
    And "Agent 2" stops the chat
    Then the facts are:
      | resource | technical descriptor          |
      | Agent 1  | RoutedTo/Redirected [Revoked] |
      | Agent 2  | RoutedTo/Completed            |

  @as-drawn
  Scenario: Revoked without a reason
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    When the invitation of "Agent 1" is revoked
    And the server returns the chat to queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 2"
    And "Agent 2" accepts
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor          |
      | Agent 1  | RoutedTo/Redirected [Revoked] |
      | Agent 2  | RoutedTo/Completed            |

  @composed
  Scenario: The same agent accepts the second invitation
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    When the invitation of "Agent 1" is revoked as "Expired"
    And the server returns the chat to queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And "Agent 1" accepts
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor          |
      | Agent 1  | RoutedTo/Redirected [Revoked] |
      | Agent 1  | RoutedTo/Completed            |

  @composed
  Scenario: Two agents let it expire
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    When strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And the invitation of "Agent 1" is revoked as "Expired"
    And the server returns the chat to queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 2"
    And the invitation of "Agent 2" is revoked as "Expired"
    And the server returns the chat to queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 3"
    And "Agent 3" accepts
    And "Agent 3" completes the chat
    Then the facts are:
      | resource | technical descriptor          |
      | Agent 1  | RoutedTo/Redirected [Revoked] |
      | Agent 2  | RoutedTo/Redirected [Revoked] |
      | Agent 3  | RoutedTo/Completed            |

  @composed
  Scenario: The same agent lets it expire twice
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    When strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And the invitation of "Agent 1" is revoked as "Expired"
    And the server returns the chat to queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And the invitation of "Agent 1" is revoked as "Expired"
    And the server returns the chat to queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 2"
    And "Agent 2" accepts
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor          |
      | Agent 1  | RoutedTo/Redirected [Revoked] |
      | Agent 1  | RoutedTo/Redirected [Revoked] |
      | Agent 2  | RoutedTo/Completed            |
