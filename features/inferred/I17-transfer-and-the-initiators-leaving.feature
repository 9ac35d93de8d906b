@I17 @R1 @R2 @R8
Feature: A transfer is accepted before the initiator leaves at all, or only after
  Acceptance and leaving come in either order, and the stop may come before the leaving. Whether the target accepts
  decides the initiator's result, which has to wait for it where the initiator left first.

  @R9 @I14
  Scenario: The customer leaves with both agents there
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" accepts
    When the customer leaves
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | ReceivedTransfer/Completed |

  @R9 @I14
  Scenario: The media server removes both agents
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" accepts
    When the media server removes "Agent 1"
    And the media server removes "Agent 2"
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | ReceivedTransfer/Completed |

  @R9
  Scenario: Accepted after the initiator left
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    When "Agent 1" leaves
    And 10 seconds pass
    And "Agent 2" accepts
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor       | received from | start    | end      |
      | Agent 1  | RoutedTo/Transferred       |               | 09:00:04 | 09:00:08 |
      | Agent 2  | ReceivedTransfer/Completed | 1             | 09:00:07 | 09:00:20 |

  @R11
  Scenario: Expired after the initiator left
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    When "Agent 1" leaves
    And 30 seconds pass
    And the invitation of "Agent 2" is revoked as "Expired"
    And the server stops the chat
    Then the facts are:
      | resource | technical descriptor                 | received from | start    | end      |
      | Agent 1  | RoutedTo/Completed                   |               | 09:00:04 | 09:00:08 |
      | Agent 2  | ReceivedTransfer/Abandoned [Revoked] | 1             | 09:00:07 | 09:00:39 |

  @R11 @I1
  Scenario: Rejected after the initiator left
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    When "Agent 1" leaves
    And "Agent 2" rejects
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor                  |
      | Agent 1  | RoutedTo/Completed                    |
      | Agent 2  | ReceivedTransfer/Abandoned [Rejected] |

  @I5
  Scenario: The customer leaves while only the target is alerted
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    When "Agent 1" leaves
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Completed                   |
      | Agent 2  | ReceivedTransfer/Abandoned [Revoked] |

  @R9
  Scenario: The target leaves before the initiator
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" accepts
    When "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | ReceivedTransfer/Completed |
