@I2 @R1 @R2 @R8 @R9 @I12
Feature: An agent who came by transfer or conference transfers the chat on
  How an agent came gives its role and how it went its result: the one does not overwrite the other. The next agent
  has received the chat from the one who invited it, not from the first.

  Scenario: A transferee transfers on
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" accepts
    And "Agent 1" leaves
    When "Agent 2" invites "Agent 3" to a transfer
    And "Agent 3" accepts
    And "Agent 2" leaves
    And "Agent 3" completes the chat
    Then the facts are:
      | resource | technical descriptor         | received from |
      | Agent 1  | RoutedTo/Transferred         |               |
      | Agent 2  | ReceivedTransfer/Transferred | 1             |
      | Agent 3  | ReceivedTransfer/Completed   | 2             |

  Scenario: Transferred back
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" accepts
    And "Agent 1" leaves
    When "Agent 2" invites "Agent 1" to a transfer
    And "Agent 1" accepts
    And "Agent 2" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor         | received from |
      | Agent 1  | RoutedTo/Transferred         |               |
      | Agent 2  | ReceivedTransfer/Transferred | 1             |
      | Agent 1  | ReceivedTransfer/Completed   | 2             |

  @R3
  Scenario: A conferee transfers on
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 2" accepts
    When "Agent 2" invites "Agent 3" to a transfer
    And "Agent 3" accepts
    And "Agent 2" leaves
    And "Agent 3" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Completed         |
      | Agent 2  | InConference/Transferred   |
      | Agent 3  | ReceivedTransfer/Completed |

  @R4
  Scenario: A consulted agent transfers on
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a consult
    And "Agent 2" accepts
    When "Agent 2" invites "Agent 3" to a transfer
    And "Agent 3" accepts
    And "Agent 2" leaves
    And "Agent 3" leaves
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor        |
      | Agent 1  | RoutedTo/Completed          |
      | Agent 2  | ReceivedConsult/Transferred |
      | Agent 3  | ReceivedTransfer/Completed  |

  @I3
  Scenario: A transferee transfers on through a queue
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" accepts
    And "Agent 1" leaves
    When "Agent 2" transfers through queue "Queue 2"
    And "Agent 2" leaves
    And strategy "Strategy 2" routes the chat from queue "Queue 2" to "Agent 3"
    And "Agent 3" accepts
    And "Agent 3" completes the chat
    Then the facts are:
      | resource | technical descriptor         |
      | Agent 1  | RoutedTo/Transferred         |
      | Agent 2  | ReceivedTransfer/Transferred |
      | Agent 3  | ReceivedTransfer/Completed   |
