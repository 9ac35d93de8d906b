@I14 @R1 @R8
Feature: The chat stops while an agent handles it
  Most chats end with the customer's goodbye and not with the agent's leaving. The customer was handled, so whoever
  stops the chat, the agent is Completed and nobody has abandoned.

  Scenario: The media server removes the agent
    Given a chat that "Agent 1" handles
    When the media server removes "Agent 1"
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor |
      | Agent 1  | RoutedTo/Completed   |

  Scenario Outline: Still handling when <stop>
    Given a chat that "Agent 1" handles
    When <stop>
    Then the facts are:
      | resource | technical descriptor |
      | Agent 1  | RoutedTo/Completed   |

    Examples:
      | stop                      |
      | the customer leaves       |
      | "Agent 1" stops the chat  |
      | the server stops the chat |

  @R3
  Scenario: The customer leaves a conference
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 2" accepts
    When the media server removes "Agent 1"
    And the media server removes "Agent 2"
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor   |
      | Agent 1  | RoutedTo/Completed     |
      | Agent 2  | InConference/Completed |

  @R2 @R9
  Scenario: The customer leaves after a transfer
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a transfer
    And "Agent 2" accepts
    And "Agent 1" leaves
    When the media server removes "Agent 2"
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | ReceivedTransfer/Completed |

  @R3
  Scenario: A removed agent ends with the removal, another with the stop
    Given a chat that "Agent 1" handles
    And "Agent 1" invites "Agent 2" to a conference with visibility mode 1
    And "Agent 2" accepts
    When 60 seconds pass
    And the media server removes "Agent 1"
    And 5 seconds pass
    And the customer leaves
    Then the facts are:
      | resource | technical descriptor   | received from | start    | end      |
      | Agent 1  | RoutedTo/Completed     |               | 09:00:04 | 09:01:09 |
      | Agent 2  | InConference/Completed | 1             | 09:00:07 | 09:01:15 |

  @R2 @R9
  Scenario: Two chats of one agent side by side
    Given chat "chat 1"
    And a chat that "Agent 1" handles
    And chat "chat 2"
    And a chat that "Agent 1" handles
    When chat "chat 1"
    And "Agent 1" invites "Agent 2" to a transfer
    And chat "chat 2"
    And the media server removes "Agent 1"
    And chat "chat 1"
    And "Agent 2" accepts
    And chat "chat 2"
    And the customer leaves
    And chat "chat 1"
    And "Agent 1" leaves
    And "Agent 2" completes the chat
    Then the facts are:
      | interaction | resource | technical descriptor       |
      | chat 1      | Agent 1  | RoutedTo/Transferred       |
      | chat 1      | Agent 2  | ReceivedTransfer/Completed |
      | chat 2      | Agent 1  | RoutedTo/Completed         |
