@I10 @R1
Feature: The chat is stopped while a routed agent is alerted, and not by the customer
  The invitation is withdrawn because the chat ends, but no customer abandoned it: the agent's fact reads as if the
  invitation had been revoked, and ends with the chat.

  Scenario Outline: Alerted when <stop>
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" takes the chat from queue "Queue 1"
    And strategy "Strategy 1" invites "Agent 1"
    When <stop>
    Then the facts are:
      | resource | technical descriptor          |
      | Agent 1  | RoutedTo/Redirected [Revoked] |

    Examples:
      | stop                                 |
      | the server stops the chat            |
      | strategy "Strategy 1" stops the chat |

  Scenario: Invitation revoked as Stopped first
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    When the invitation of "Agent 1" is revoked as "Stopped"
    And 3 seconds pass
    And the server stops the chat
    Then the facts are:
      | resource | technical descriptor          | received from | start    | end      |
      | Agent 1  | RoutedTo/Redirected [Revoked] |               | 09:00:04 | 09:00:10 |

  @R10
  Scenario: At the second invitation
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And the invitation of "Agent 1" is revoked as "Expired"
    And the server returns the chat to queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 2"
    When the server stops the chat
    Then the facts are:
      | resource | technical descriptor          |
      | Agent 1  | RoutedTo/Redirected [Revoked] |
      | Agent 2  | RoutedTo/Redirected [Revoked] |
