Feature: Any seq that rises will do
  An offset, which begins with 0, a row number of a large table, or a number with gaps: seq says which event comes first,
  and no more. It may be any integer from 0 to 2^53 - 1, which every JSON reader holds.

  @R1 @R2 @R8 @R9
  Scenario Outline: seq <which>
    Given the next event has seq <first>
    And a chat that "Agent 1" handles
    When the next event has seq <invited>
    And "Agent 1" invites "Agent 2" to a transfer
    And the next event has seq <accepted>
    And "Agent 2" accepts
    And "Agent 1" leaves
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | ReceivedTransfer/Completed |

    Examples:
      | which            | first            | invited          | accepted         |
      | from 0           | 0                | 7                | 8                |
      | with gaps        | 10               | 200              | 3000             |
      | over 2^15        | 32760            | 32767            | 32768            |
      | over 2^31        | 2147483640       | 2147483647       | 2147483648       |
      | over 2^32        | 4294967288       | 4294967295       | 4294967296       |
      | at the upper end | 9007199254740980 | 9007199254740987 | 9007199254740988 |
