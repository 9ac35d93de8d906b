Feature: Who is nearly called alike is two
  Ids and names are compared byte for byte. A collation that folds case or accents, a driver that composes, a column that
  pads or cuts off makes two agents, or two chats, into one.

  @R2 @R8 @R9
  Scenario: Two agents that differ in case alone
    Given a chat that "Anna Schmidt" handles
    When "Anna Schmidt" invites "anna schmidt" to a transfer
    And "anna schmidt" accepts
    And "Anna Schmidt" leaves
    And "anna schmidt" completes the chat
    Then the facts are:
      | resource     | technical descriptor       |
      | Anna Schmidt | RoutedTo/Transferred       |
      | anna schmidt | ReceivedTransfer/Completed |

  @R2 @R8 @R9
  Scenario: Two agents that differ in accents alone
    Given a chat that "René" handles
    When "René" invites "Rene" to a transfer
    And "Rene" accepts
    And "René" leaves
    And "Rene" completes the chat
    Then the facts are:
      | resource | technical descriptor       |
      | René     | RoutedTo/Transferred       |
      | Rene     | ReceivedTransfer/Completed |

  @R2 @R8 @R9
  Scenario: Two agents that differ in composition alone
    Given a chat that "Zoë" handles
    When "Zoë" invites "Zoë" to a transfer
    And "Zoë" accepts
    And "Zoë" leaves
    And "Zoë" completes the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Zoë      | RoutedTo/Transferred       |
      | Zoë     | ReceivedTransfer/Completed |

  @R2 @R8 @R9
  Scenario: Two agents that differ in outer blanks alone
    Given a chat that "Anna" handles
    When "Anna" invites "Anna " to a transfer
    And "Anna " accepts
    And "Anna" leaves
    And "Anna " completes the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Anna     | RoutedTo/Transferred       |
      | "Anna "  | ReceivedTransfer/Completed |

  @R2 @R8 @R9
  Scenario: Two agents that differ in what is beyond the 50th character alone
    Given a chat that "Chat support for private customers of all regions, north" handles
    When "Chat support for private customers of all regions, north" invites "Chat support for private customers of all regions, south" to a transfer
    And "Chat support for private customers of all regions, south" accepts
    And "Chat support for private customers of all regions, north" leaves
    And "Chat support for private customers of all regions, south" completes the chat
    Then the facts are:
      | resource                                                 | technical descriptor       |
      | Chat support for private customers of all regions, north | RoutedTo/Transferred       |
      | Chat support for private customers of all regions, south | ReceivedTransfer/Completed |

  @I13 @R6 @R12
  Scenario: Two queues that differ in case alone
    Given a customer submits a chat
    And the chat enters queue "support"
    And strategy "Strategy 1" takes the chat from queue "support"
    When strategy "Strategy 1" sends the chat on to queue "Support"
    And the customer leaves
    Then the facts are:
      | resource | resource type | technical descriptor                              |
      | Support  | queue         | Received/CustomerAbandoned [AbandonedWhileQueued] |

  @ids-as-written @R1 @R8 @R12
  Scenario: Two chats whose ids differ in case alone
    Given chat "0000KaH1KVG2"
    And a chat that "Agent 1" handles
    And chat "0000kah1kvg2"
    And a customer submits a chat
    And the chat enters queue "Queue 1"
    And the customer leaves
    And chat "0000KaH1KVG2"
    And "Agent 1" completes the chat
    Then the facts are:
      | interaction  | resource | technical descriptor                              |
      | 0000KaH1KVG2 | Agent 1  | RoutedTo/Completed                                |
      | 0000kah1kvg2 | Queue 1  | Received/CustomerAbandoned [AbandonedWhileQueued] |

  @ids-as-written @R1 @R8 @R12
  Scenario: Two chats whose ids differ in accents alone
    Given chat "chat-é"
    And a chat that "Agent 1" handles
    And chat "chat-e"
    And a customer submits a chat
    And the chat enters queue "Queue 1"
    And the customer leaves
    And chat "chat-é"
    And "Agent 1" completes the chat
    Then the facts are:
      | interaction | resource | technical descriptor                              |
      | chat-é      | Agent 1  | RoutedTo/Completed                                |
      | chat-e      | Queue 1  | Received/CustomerAbandoned [AbandonedWhileQueued] |

  @ids-as-written @R1 @R8 @R12
  Scenario: Two chats whose ids differ in composition alone
    Given chat "chat-ë"
    And a chat that "Agent 1" handles
    And chat "chat-ë"
    And a customer submits a chat
    And the chat enters queue "Queue 1"
    And the customer leaves
    And chat "chat-ë"
    And "Agent 1" completes the chat
    Then the facts are:
      | interaction | resource | technical descriptor                              |
      | chat-ë      | Agent 1  | RoutedTo/Completed                                |
      | chat-ë     | Queue 1  | Received/CustomerAbandoned [AbandonedWhileQueued] |

  @ids-as-written @R1 @R8 @R12
  Scenario: Two chats whose ids differ in outer blanks alone
    Given chat "0000KaH1KVG3"
    And a chat that "Agent 1" handles
    And chat "0000KaH1KVG3 "
    And a customer submits a chat
    And the chat enters queue "Queue 1"
    And the customer leaves
    And chat "0000KaH1KVG3"
    And "Agent 1" completes the chat
    Then the facts are:
      | interaction     | resource | technical descriptor                              |
      | 0000KaH1KVG3    | Agent 1  | RoutedTo/Completed                                |
      | "0000KaH1KVG3 " | Queue 1  | Received/CustomerAbandoned [AbandonedWhileQueued] |

  @ids-as-written @R1 @R8 @R12
  Scenario: Two chats whose ids differ in what is beyond the 50th character alone
    Given chat "0000KaH1KVG4-0000000000-0000000000-0000000000-000000-1"
    And a chat that "Agent 1" handles
    And chat "0000KaH1KVG4-0000000000-0000000000-0000000000-000000-2"
    And a customer submits a chat
    And the chat enters queue "Queue 1"
    And the customer leaves
    And chat "0000KaH1KVG4-0000000000-0000000000-0000000000-000000-1"
    And "Agent 1" completes the chat
    Then the facts are:
      | interaction                                            | resource | technical descriptor                              |
      | 0000KaH1KVG4-0000000000-0000000000-0000000000-000000-1 | Agent 1  | RoutedTo/Completed                                |
      | 0000KaH1KVG4-0000000000-0000000000-0000000000-000000-2 | Queue 1  | Received/CustomerAbandoned [AbandonedWhileQueued] |
