@I12 @R1 @R8
Feature: The initiator of a conference leaves first, or an invited agent invites in turn
  Roles are given by the invitation and never change: the conferee who is left alone stays InConference, and whom it
  invites is received from it like from anybody else.

  @R3
  Scenario: The initiator leaves before the conferee
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 2" accepts
    When "Agent 1" leaves
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |

  @R3
  Scenario: The initiator leaves before the conferee accepts
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    When "Agent 1" leaves
    And "Agent 2" accepts
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor   | received from | start    | end      |
      | Agent 1  | RoutedTo/Completed     |               | 09:00:04 | 09:00:08 |
      | Agent 2  | InConference/Completed | 1             | 09:00:07 | 09:00:10 |

  @R3 @R11
  Scenario: The initiator leaves and the invitation expires
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    When "Agent 1" leaves
    And the invitation of "Agent 2" is revoked as "Expired"
    And the server stops the chat
    Then the facts are:
      | resource | technical descriptor             |
      | Agent 1  | RoutedTo/Completed               |
      | Agent 2  | InConference/Abandoned [Revoked] |

  @R3 @R5
  Scenario: The initiator leaves while the conference waits in the queue
    Given a chat that "Agent 1" handles
    And "Agent 1" confers through queue "Queue 2" with visibility mode 1
    When "Agent 1" leaves
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    And "Agent 2" accepts
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |

  @R2 @R3 @R9
  Scenario: A transferee conferences in
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" accepts
    And "Agent 1" leaves
    When "Agent 2" invites "Agent 3" to a conference with visibility mode 1
    And "Agent 3" accepts
    And "Agent 3" leaves
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor       | received from |
      | Agent 1  | RoutedTo/Transferred       |               |
      | Agent 2  | ReceivedTransfer/Completed | 1             |
      | Agent 3  | InConference/Completed     | 2             |

  @R2 @R9 @R11
  Scenario: A transferee's own transfer fails
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" accepts
    And "Agent 1" leaves
    When "Agent 2" invites "Agent 3" to a transfer
    And the invitation of "Agent 3" is revoked as "Expired"
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Transferred                 |
      | Agent 2  | ReceivedTransfer/Completed           |
      | Agent 3  | ReceivedTransfer/Abandoned [Revoked] |

  @R3 @R4
  Scenario: A conferee consults
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 2" accepts
    When "Agent 2" invites "Agent 3" to a consult
    And "Agent 3" accepts
    And "Agent 3" leaves
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor      | received from |
      | Agent 1  | RoutedTo/Completed        |               |
      | Agent 2  | InConference/Completed    | 1             |
      | Agent 3  | ReceivedConsult/Completed | 2             |

  @R2 @R3 @R5 @R9
  Scenario: A transferee conferences in through a queue
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" accepts
    And "Agent 1" leaves
    When "Agent 2" confers through queue "Queue 2" with visibility mode 1
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 3"
    And "Agent 3" accepts
    And "Agent 3" leaves
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor       | received from |
      | Agent 1  | RoutedTo/Transferred       |               |
      | Agent 2  | ReceivedTransfer/Completed | 1             |
      | Agent 3  | InConference/Completed     | 2             |
