@I5 @R1
Feature: The chat stops while an agent invited on another's behalf is alerted
  The customer was being handled, so nobody was abandoned while ringing: the invitation merely came to nothing. The
  same holds through a queue while an agent handles, or where it was not the customer who left.

  @R2 @R8 @I14
  Scenario: Transfer target alerted when the customer leaves
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    When the media server removes "Agent 1"
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Completed                   |
      | Agent 2  | ReceivedTransfer/Abandoned [Revoked] |

  @R3 @R8 @I14
  Scenario: Conference invitee alerted when the customer leaves
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    When the customer leaves
    Then the facts are:
      | resource | technical descriptor             |
      | Agent 1  | RoutedTo/Completed               |
      | Agent 2  | InConference/Abandoned [Revoked] |

  @R4 @R8 @I14
  Scenario: Consult invitee alerted when the agent stops the chat
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a consult
    When "Agent 1" stops the chat
    Then the facts are:
      | resource | technical descriptor                |
      | Agent 1  | RoutedTo/Completed                  |
      | Agent 2  | ReceivedConsult/Abandoned [Revoked] |

  @R2 @R8 @I14
  Scenario: An invitation revoked as Stopped ends with the chat
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    When the media server removes "Agent 1"
    And the invitation of "Agent 2" is revoked as "Stopped"
    And 2 seconds pass
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor                 | received from | start    | end      |
      | Agent 1  | RoutedTo/Completed                   |               | 09:00:04 | 09:00:08 |
      | Agent 2  | ReceivedTransfer/Abandoned [Revoked] | 1             | 09:00:07 | 09:00:12 |

  @R3 @R5 @R8 @I14
  Scenario: Conference through a queue, the initiator still there
    Given a chat that "Agent 1" handles
    And "Agent 1" confers through queue "Queue 2" with visibility mode 1
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    When the media server removes "Agent 1"
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor             |
      | Agent 1  | RoutedTo/Completed               |
      | Agent 2  | InConference/Abandoned [Revoked] |

  @I3
  Scenario: Transfer through a queue, stopped by the server
    Given a chat that "Agent 1" handles
    And "Agent 1" transfers through queue "Queue 2"
    And "Agent 1" leaves
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 2"
    When the server stops the chat
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Transferred                 |
      | Agent 2  | ReceivedTransfer/Abandoned [Revoked] |
