Feature: The chats of our night shift

  Scenario: Agent 2 does not answer a transfer
    Given a chat that "Agent 1" handles
    When "Agent 1" invites "Agent 2" to a transfer
    And 30 seconds pass
    And the invitation of "Agent 2" is revoked as "Expired"
    And "Agent 1" completes the chat
    Then the facts are:
      | resource | technical descriptor                 |
      | Agent 1  | RoutedTo/Completed                   |
      | Agent 2  | ReceivedTransfer/Abandoned [Revoked] |
