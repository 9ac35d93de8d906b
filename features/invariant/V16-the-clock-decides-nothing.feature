@composed
Feature: The clock decides nothing
  The order of the events is that of seq. A chat goes on over midnight and the year's end, and through hours of silence;
  that all happens within a second means nothing either.

  @R1 @R2 @R8 @R9
  Scenario Outline: A transfer <when>
    Given the next event is at <began>
    And a chat that "Agent 1" handles
    When the next event is at <invited>
    And "Agent 1" invites "Agent 2" to a transfer
    And the next event is at <accepted>
    And "Agent 2" accepts
    And "Agent 1" leaves
    And the next event is at <left>
    And "Agent 2" completes the chat
    Then the facts are:
      | resource | technical descriptor       |
      | Agent 1  | RoutedTo/Transferred       |
      | Agent 2  | ReceivedTransfer/Completed |

    Examples:
      | when                               | began                | invited              | accepted             | left                 |
      | over the full hour                 | 2026-03-10T13:59:50Z | 2026-03-10T13:59:58Z | 2026-03-10T14:00:00Z | 2026-03-10T14:00:30Z |
      | over midnight                      | 2026-03-10T23:59:50Z | 2026-03-10T23:59:58Z | 2026-03-11T00:00:00Z | 2026-03-11T00:00:30Z |
      | over the end of February           | 2026-02-28T23:59:50Z | 2026-02-28T23:59:59Z | 2026-03-01T00:00:00Z | 2026-03-01T00:00:30Z |
      | over a leap day                    | 2028-02-28T23:59:50Z | 2028-02-28T23:59:59Z | 2028-02-29T12:00:00Z | 2028-03-01T00:00:00Z |
      | over the end of the year           | 2026-12-31T23:59:50Z | 2026-12-31T23:59:59Z | 2027-01-01T00:00:00Z | 2027-01-01T00:00:30Z |
      | in the hour that summer time skips | 2026-03-29T00:59:50Z | 2026-03-29T00:59:59Z | 2026-03-29T01:00:00Z | 2026-03-29T01:30:00Z |
      | in the hour that there is twice    | 2026-10-25T00:30:00Z | 2026-10-25T00:59:59Z | 2026-10-25T01:00:00Z | 2026-10-25T01:30:00Z |
      | with pauses of hours               | 2026-03-10T09:00:00Z | 2026-03-10T10:31:00Z | 2026-03-10T14:05:00Z | 2026-03-12T07:00:00Z |
