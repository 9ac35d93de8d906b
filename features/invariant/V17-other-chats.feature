@composed @ids-as-written
Feature: Other chats in the same run change nothing
  Ids that are nearly alike are two: by one letter or digit, by length, by a leading zero.

  @R1 @R8 @R12
  Scenario Outline: The chats <one> and <two> at once
    Given chat "<one>"
    And a chat that "Agent 1" handles
    And chat "<two>"
    And a customer submits a chat
    And the chat enters queue "Queue 1"
    And chat "<one>"
    And "Agent 1" leaves
    And chat "<two>"
    And the customer leaves
    And chat "<one>"
    And "Agent 1" stops the chat
    Then the facts are:
      | interaction | resource | technical descriptor                              |
      | <one>       | Agent 1  | RoutedTo/Completed                                |
      | <two>       | Queue 1  | Received/CustomerAbandoned [AbandonedWhileQueued] |

    Examples:
      | one               | two                |
      | 0000KaH1KVG20010  | 0000KaH1KVG20011   |
      | 0000KaH1KVG20020  | 0000KaH1KVG200201  |
      | 00777700000000030 | 000777700000000030 |
