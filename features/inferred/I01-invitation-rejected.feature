@I1 @R1
Feature: An invitation is declined, or withdrawn for another reason
  Who invited decides between Redirected and Abandoned, as for an expired invitation. A declined one has the reason
  Rejected; a withdrawal whose reason is neither Expired nor Stopped is taken for an expiry.

  @R8 @R10
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

  @R2 @R8 @R11
  Scenario: The target of a transfer rejects
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" rejects
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor                  |
      | Agent 1  | RoutedTo/Completed                    |
      | Agent 2  | ReceivedTransfer/Abandoned [Rejected] |

  @R3 @R8 @R11
  Scenario: The invitee of a conference rejects
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 2" rejects
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor              |
      | Agent 1  | RoutedTo/Completed                |
      | Agent 2  | InConference/Abandoned [Rejected] |

  @R4 @R8 @R11
  Scenario: The invitee of a consult rejects as busy
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a consult
    And "Agent 2" rejects as "Busy"
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Completed                   |
      | Agent 2  | ReceivedConsult/Abandoned [Rejected] |

  @R3 @R5 @R8 @I4
  Scenario: The invitee of a conference through a queue rejects
    Given a chat that "Agent 1" handles
    And "Agent 1" confers through queue "Queue 2" with visibility mode 1
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    When "Agent 2" rejects
    And the server returns the chat to queue "Queue 2"
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 3"
    And "Agent 3" accepts
    And "Agent 3" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor               |
      | Agent 1  | RoutedTo/Completed                 |
      | Agent 2  | InConference/Redirected [Rejected] |
      | Agent 3  | InConference/Completed             |

  @R8 @R10
  Scenario: A routed invitation withdrawn for another reason
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    When the invitation of "Agent 1" is revoked as "AgentLoggedOut"
    And the server returns the chat to queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 2"
    And "Agent 2" accepts
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor          |
      | Agent 1  | RoutedTo/Redirected [Revoked] |
      | Agent 2  | RoutedTo/Completed            |

  @R2 @R8 @R11
  Scenario: A transfer withdrawn for another reason
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a transfer
    And the invitation of "Agent 2" is revoked as "TransferCanceled"
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Completed                   |
      | Agent 2  | ReceivedTransfer/Abandoned [Revoked] |

  @R10
  Scenario: Reported while the chat goes on
    Given a customer submits a chat
    And the chat enters queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 1"
    When "Agent 1" rejects
    And the server returns the chat to queue "Queue 1"
    And strategy "Strategy 1" routes the chat from queue "Queue 1" to "Agent 2"
    And "Agent 2" accepts
    Then the facts are:
      | resource | technical descriptor           |
      | Agent 1  | RoutedTo/Redirected [Rejected] |
