@composed
Feature: Ids and names are as they are in the field
  Ids and names are texts, compared byte for byte and reported as they came. A digit in front is no number, NULL is a
  name, and who is called like a queue is an agent all the same. Names have up to 100 characters, of any script.

  @R1 @R8
  Scenario Outline: An agent called <name>
    Given a chat that "<name>" handles
    When "<name>" completes the chat
    Then the facts are:
      | resource | technical descriptor |
      | <name>   | RoutedTo/Completed   |

    Examples:
      | name                                                                                                 |
      | 0042                                                                                                 |
      | NULL                                                                                                 |
      | O'Connor, Siân                                                                                       |
      | Отдел продаж Алматы                                                                                  |
      | カスタマーサポート 東京                                                                                        |
      | Kundenservice für Rückfragen zu Rechnungen, Verträgen und Zählerständen (Privatkunden), zweite Stufe |

  @R2 @R8 @R9
  Scenario: Agents called like the queue and the strategy
    Given a chat that "Queue 1" handles
    When "Queue 1" invites "Strategy 1" to a transfer
    And "Strategy 1" accepts
    And "Queue 1" leaves
    And "Strategy 1" completes the chat
    Then the facts are:
      | resource   | resource type | technical descriptor       |
      | Queue 1    | agent         | RoutedTo/Transferred       |
      | Strategy 1 | agent         | ReceivedTransfer/Completed |

  @ids-as-written @R1 @R8 @R12
  Scenario Outline: A chat under the id <id>
    Given chat "<id>"
    And a chat that "Agent 1" handles
    And "Agent 1" completes the chat
    And chat "<other>"
    And a customer submits a chat
    And the chat enters queue "Queue 1"
    And the customer leaves
    Then the facts are:
      | interaction | resource | technical descriptor                              |
      | <id>        | Agent 1  | RoutedTo/Completed                                |
      | <other>     | Queue 1  | Received/CustomerAbandoned [AbandonedWhileQueued] |

    Examples:
      | id                                   | other                                |
      | 0000KaH1KVG2000A                     | 0000KaH1KVG2000B                     |
      | 3F2504E0-4F89-41D3-9A0C-0305E82C3301 | 3f2504e0-4f89-41d3-9a0c-0305e82c3302 |
      | 00012345678901234567                 | 0012345678901234567                  |
