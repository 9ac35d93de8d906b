@1.6 @R1 @R8 @R11
Feature: An agent's attempt to conference in another agent fails
  The invitation expires and the first agent goes on alone. The invited agent's role is a consult's only where the
  event stream had named visibility mode 3 in time; as long as no mode is known it is a conference's.

  @as-drawn @R3
  Scenario: Visibility mode 1
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" takes the chat from queue "Queue 1"
    And strategy "Strategy 1" invites "Agent 1"
    And strategy "Strategy 1" leaves
    And "Agent 1" accepts
    When "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And 30 seconds pass
    And the invitation of "Agent 2" is revoked as "Expired"
    And "Agent 1" leaves
    And "Agent 1" stops the chat
    Then the facts are:
      | resource | technical descriptor             |
      | Agent 1  | RoutedTo/Completed               |
      | Agent 2  | InConference/Abandoned [Revoked] |

  @as-drawn @R3
  Scenario: Visibility mode unknown
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a conference
    And the invitation of "Agent 2" is revoked as "Expired"
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor             |
      | Agent 1  | RoutedTo/Completed               |
      | Agent 2  | InConference/Abandoned [Revoked] |

  @as-drawn @R4
  Scenario: Visibility mode 3
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a conference with visibility mode 3
    And the invitation of "Agent 2" is revoked as "Expired"
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor                |
      | Agent 1  | RoutedTo/Completed                  |
      | Agent 2  | ReceivedConsult/Abandoned [Revoked] |

  @as-drawn @R3
  Scenario: Conference revoked without a reason
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And the invitation of "Agent 2" is revoked
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor             |
      | Agent 1  | RoutedTo/Completed               |
      | Agent 2  | InConference/Abandoned [Revoked] |

  @as-drawn @R4
  Scenario: Consult revoked without a reason
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a consult
    And the invitation of "Agent 2" is revoked
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor                |
      | Agent 1  | RoutedTo/Completed                  |
      | Agent 2  | ReceivedConsult/Abandoned [Revoked] |

  @composed @R3 @R4
  Scenario: Visibility mode known at the second attempt
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a conference
    And the invitation of "Agent 2" is revoked as "Expired"
    And "Agent 1" invites "Agent 2" to a conference with visibility mode 3
    And the invitation of "Agent 2" is revoked as "Expired"
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor                |
      | Agent 1  | RoutedTo/Completed                  |
      | Agent 2  | InConference/Abandoned [Revoked]    |
      | Agent 2  | ReceivedConsult/Abandoned [Revoked] |

  @composed @R3 @R4
  Scenario: Visibility mode of an agent's earlier consult
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a conference with visibility mode 3
    And the invitation of "Agent 2" is revoked as "Expired"
    And "Agent 1" invites "Agent 2" to a conference
    And the invitation of "Agent 2" is revoked as "Expired"
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor                |
      | Agent 1  | RoutedTo/Completed                  |
      | Agent 2  | ReceivedConsult/Abandoned [Revoked] |
      | Agent 2  | InConference/Abandoned [Revoked]    |

  @composed @R3
  Scenario: Second conference succeeds
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And the invitation of "Agent 2" is revoked as "Expired"
    And "Agent 1" invites "Agent 3" to a conference with visibility mode 1
    And "Agent 3" accepts
    And "Agent 3" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor             |
      | Agent 1  | RoutedTo/Completed               |
      | Agent 2  | InConference/Abandoned [Revoked] |
      | Agent 3  | InConference/Completed           |

  @composed @R3
  Scenario: Invitation expires while another agent is in conference
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 2" accepts
    When "Agent 1" invites "Agent 3" to a conference
    And the invitation of "Agent 3" is revoked as "Expired"
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor             |
      | Agent 1  | RoutedTo/Completed               |
      | Agent 2  | InConference/Completed           |
      | Agent 3  | InConference/Abandoned [Revoked] |

  @composed @R2 @R3 @R9
  Scenario: Transfer after the failed conference
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And the invitation of "Agent 2" is revoked as "Expired"
    And "Agent 1" invites "Agent 3" to a transfer
    And "Agent 3" accepts
    And "Agent 1" leaves
    And "Agent 3" completes the chat
    Then the facts are:
      | resource | technical descriptor             |
      | Agent 1  | RoutedTo/Transferred             |
      | Agent 2  | InConference/Abandoned [Revoked] |
      | Agent 3  | ReceivedTransfer/Completed       |

  @composed @R3 @R11
  Scenario: The inviting agent revokes the invitation
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 1" revokes the invitation of "Agent 2" as "Expired"
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor             |
      | Agent 1  | RoutedTo/Completed               |
      | Agent 2  | InConference/Abandoned [Revoked] |
