@1.4 @R1 @R2 @R8 @R11
Feature: An agent's attempt to transfer a chat to another agent fails
  The transfer invitation expires and the first agent goes on as if it had not been. The invited agent has a fact of
  its own: Abandoned, where a strategy's expired invitation would be Redirected. It is no abandoned customer.

  @as-drawn
  Scenario: Invitation expired
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" takes the chat from queue "Queue 1"
    And strategy "Strategy 1" invites "Agent 1"
    And strategy "Strategy 1" leaves
    And "Agent 1" accepts
    When "Agent 1" invites "Agent 2" to a transfer
    And 30 seconds pass
    And the invitation of "Agent 2" is revoked as "Expired"
    And "Agent 1" leaves
    And "Agent 1" stops the chat
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Completed                   |
      | Agent 2  | ReceivedTransfer/Abandoned [Revoked] |

  @as-drawn
  Scenario: Revoked without a reason
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a transfer
    And the invitation of "Agent 2" is revoked
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Completed                   |
      | Agent 2  | ReceivedTransfer/Abandoned [Revoked] |

  @composed
  Scenario: Two transfers fail
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a transfer
    And the invitation of "Agent 2" is revoked as "Expired"
    And "Agent 1" invites "Agent 3" to a transfer
    And the invitation of "Agent 3" is revoked as "Expired"
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Completed                   |
      | Agent 2  | ReceivedTransfer/Abandoned [Revoked] |
      | Agent 3  | ReceivedTransfer/Abandoned [Revoked] |

  @composed @R9
  Scenario: Second transfer succeeds
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a transfer
    And the invitation of "Agent 2" is revoked as "Expired"
    And "Agent 1" invites "Agent 3" to a transfer
    And "Agent 3" accepts
    And "Agent 1" leaves
    And "Agent 3" completes the chat
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Transferred                 |
      | Agent 2  | ReceivedTransfer/Abandoned [Revoked] |
      | Agent 3  | ReceivedTransfer/Completed           |

  @composed @R9
  Scenario: Second transfer to the same agent succeeds
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a transfer
    And the invitation of "Agent 2" is revoked as "Expired"
    And "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" accepts
    And "Agent 1" leaves
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Transferred                 |
      | Agent 2  | ReceivedTransfer/Abandoned [Revoked] |
      | Agent 2  | ReceivedTransfer/Completed           |

  @composed @R3
  Scenario: Conference after the failed transfer
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a transfer
    And the invitation of "Agent 2" is revoked as "Expired"
    And "Agent 1" invites "Agent 3" to a conference with visibility mode 1
    And "Agent 3" accepts
    And "Agent 3" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Completed                   |
      | Agent 2  | ReceivedTransfer/Abandoned [Revoked] |
      | Agent 3  | InConference/Completed               |

  @composed @R10
  Scenario: Routed and transferred invitations both expire
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    And the invitation of "Agent 1" is revoked as "Expired"
    And the server returns the chat to queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 2"
    And "Agent 2" accepts
    When "Agent 2" invites "Agent 1" to a transfer
    And the invitation of "Agent 1" is revoked as "Expired"
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Redirected [Revoked]        |
      | Agent 2  | RoutedTo/Completed                   |
      | Agent 1  | ReceivedTransfer/Abandoned [Revoked] |
