Feature: Times as RFC 3339 spells them
  09:00:07Z, 14:30:07+05:30 and 09:00:07.000Z are one instant. Facts are compared to the second.

  @R1 @R2 @R8 @R9
  Scenario: Times in the zone +05:30
    Given the events:
      """
      {"interaction_id":"chat 1","seq":1,"time":"2026-01-05T14:30:00+05:30","event":"EventInteractionSubmitted","actor":{"type":"media_server"}}
      {"interaction_id":"chat 1","seq":2,"time":"2026-01-05T14:30:01+05:30","event":"EventPlacedInQueue","actor":{"type":"media_server"},"queue":"Queue 1"}
      {"interaction_id":"chat 1","seq":3,"time":"2026-01-05T14:30:02+05:30","event":"EventTakenFromQueue","actor":{"type":"strategy","id":"Strategy 1"},"queue":"Queue 1"}
      {"interaction_id":"chat 1","seq":4,"time":"2026-01-05T14:30:03+05:30","event":"EventPartyAdded","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"strategy","id":"Strategy 1"}}
      {"interaction_id":"chat 1","seq":5,"time":"2026-01-05T14:30:04+05:30","event":"EventAgentInvited","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"agent","id":"Agent 1"}}
      {"interaction_id":"chat 1","seq":6,"time":"2026-01-05T14:30:05+05:30","event":"EventPartyRemoved","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"strategy","id":"Strategy 1"}}
      {"interaction_id":"chat 1","seq":7,"time":"2026-01-05T14:30:06+05:30","event":"EventPartyAdded","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 1"}}
      {"interaction_id":"chat 1","seq":8,"time":"2026-01-05T14:30:07+05:30","event":"EventAgentInvited","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 2"},"operation":"transfer"}
      {"interaction_id":"chat 1","seq":9,"time":"2026-01-05T14:30:08+05:30","event":"EventPartyAdded","actor":{"type":"agent","id":"Agent 2"},"party":{"type":"agent","id":"Agent 2"}}
      {"interaction_id":"chat 1","seq":10,"time":"2026-01-05T14:30:09+05:30","event":"EventPartyRemoved","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 1"}}
      {"interaction_id":"chat 1","seq":11,"time":"2026-01-05T14:30:10+05:30","event":"EventPartyRemoved","actor":{"type":"agent","id":"Agent 2"},"party":{"type":"agent","id":"Agent 2"}}
      {"interaction_id":"chat 1","seq":12,"time":"2026-01-05T14:30:11+05:30","event":"EventProcessingStopped","actor":{"type":"agent","id":"Agent 2"}}
      """
    Then the facts are:
      | resource | technical descriptor       | start    | end      |
      | Agent 1  | RoutedTo/Transferred       | 09:00:04 | 09:00:09 |
      | Agent 2  | ReceivedTransfer/Completed | 09:00:07 | 09:00:10 |

  @R1 @R2 @R8 @R9
  Scenario: Times in a zone of another day
    Given the events:
      """
      {"interaction_id":"chat 1","seq":1,"time":"2026-01-04T23:00:00-10:00","event":"EventInteractionSubmitted","actor":{"type":"media_server"}}
      {"interaction_id":"chat 1","seq":2,"time":"2026-01-04T23:00:01-10:00","event":"EventPlacedInQueue","actor":{"type":"media_server"},"queue":"Queue 1"}
      {"interaction_id":"chat 1","seq":3,"time":"2026-01-04T23:00:02-10:00","event":"EventTakenFromQueue","actor":{"type":"strategy","id":"Strategy 1"},"queue":"Queue 1"}
      {"interaction_id":"chat 1","seq":4,"time":"2026-01-04T23:00:03-10:00","event":"EventPartyAdded","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"strategy","id":"Strategy 1"}}
      {"interaction_id":"chat 1","seq":5,"time":"2026-01-04T23:00:04-10:00","event":"EventAgentInvited","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"agent","id":"Agent 1"}}
      {"interaction_id":"chat 1","seq":6,"time":"2026-01-04T23:00:05-10:00","event":"EventPartyRemoved","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"strategy","id":"Strategy 1"}}
      {"interaction_id":"chat 1","seq":7,"time":"2026-01-04T23:00:06-10:00","event":"EventPartyAdded","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 1"}}
      {"interaction_id":"chat 1","seq":8,"time":"2026-01-04T23:00:07-10:00","event":"EventAgentInvited","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 2"},"operation":"transfer"}
      {"interaction_id":"chat 1","seq":9,"time":"2026-01-04T23:00:08-10:00","event":"EventPartyAdded","actor":{"type":"agent","id":"Agent 2"},"party":{"type":"agent","id":"Agent 2"}}
      {"interaction_id":"chat 1","seq":10,"time":"2026-01-04T23:00:09-10:00","event":"EventPartyRemoved","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 1"}}
      {"interaction_id":"chat 1","seq":11,"time":"2026-01-04T23:00:10-10:00","event":"EventPartyRemoved","actor":{"type":"agent","id":"Agent 2"},"party":{"type":"agent","id":"Agent 2"}}
      {"interaction_id":"chat 1","seq":12,"time":"2026-01-04T23:00:11-10:00","event":"EventProcessingStopped","actor":{"type":"agent","id":"Agent 2"}}
      """
    Then the facts are:
      | resource | technical descriptor       | start    | end      |
      | Agent 1  | RoutedTo/Transferred       | 09:00:04 | 09:00:09 |
      | Agent 2  | ReceivedTransfer/Completed | 09:00:07 | 09:00:10 |

  @R1 @R2 @R8 @R9
  Scenario: Times with a fraction
    Given the events:
      """
      {"interaction_id":"chat 1","seq":1,"time":"2026-01-05T09:00:00.000Z","event":"EventInteractionSubmitted","actor":{"type":"media_server"}}
      {"interaction_id":"chat 1","seq":2,"time":"2026-01-05T09:00:01.25Z","event":"EventPlacedInQueue","actor":{"type":"media_server"},"queue":"Queue 1"}
      {"interaction_id":"chat 1","seq":3,"time":"2026-01-05T09:00:02.125000Z","event":"EventTakenFromQueue","actor":{"type":"strategy","id":"Strategy 1"},"queue":"Queue 1"}
      {"interaction_id":"chat 1","seq":4,"time":"2026-01-05T09:00:03.4Z","event":"EventPartyAdded","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"strategy","id":"Strategy 1"}}
      {"interaction_id":"chat 1","seq":5,"time":"2026-01-05T09:00:04.000Z","event":"EventAgentInvited","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"agent","id":"Agent 1"}}
      {"interaction_id":"chat 1","seq":6,"time":"2026-01-05T09:00:05.25Z","event":"EventPartyRemoved","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"strategy","id":"Strategy 1"}}
      {"interaction_id":"chat 1","seq":7,"time":"2026-01-05T09:00:06.125000Z","event":"EventPartyAdded","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 1"}}
      {"interaction_id":"chat 1","seq":8,"time":"2026-01-05T09:00:07.4Z","event":"EventAgentInvited","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 2"},"operation":"transfer"}
      {"interaction_id":"chat 1","seq":9,"time":"2026-01-05T09:00:08.000Z","event":"EventPartyAdded","actor":{"type":"agent","id":"Agent 2"},"party":{"type":"agent","id":"Agent 2"}}
      {"interaction_id":"chat 1","seq":10,"time":"2026-01-05T09:00:09.25Z","event":"EventPartyRemoved","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 1"}}
      {"interaction_id":"chat 1","seq":11,"time":"2026-01-05T09:00:10.125000Z","event":"EventPartyRemoved","actor":{"type":"agent","id":"Agent 2"},"party":{"type":"agent","id":"Agent 2"}}
      {"interaction_id":"chat 1","seq":12,"time":"2026-01-05T09:00:11.4Z","event":"EventProcessingStopped","actor":{"type":"agent","id":"Agent 2"}}
      """
    Then the facts are:
      | resource | technical descriptor       | start    | end      |
      | Agent 1  | RoutedTo/Transferred       | 09:00:04 | 09:00:09 |
      | Agent 2  | ReceivedTransfer/Completed | 09:00:07 | 09:00:10 |

  @R1 @R2 @R8 @R9
  Scenario: Times each in another way
    Given the events:
      """
      {"interaction_id":"chat 1","seq":1,"time":"2026-01-05T09:00:00Z","event":"EventInteractionSubmitted","actor":{"type":"media_server"}}
      {"interaction_id":"chat 1","seq":2,"time":"2026-01-05T14:30:01.000+05:30","event":"EventPlacedInQueue","actor":{"type":"media_server"},"queue":"Queue 1"}
      {"interaction_id":"chat 1","seq":3,"time":"2026-01-05T05:30:02-03:30","event":"EventTakenFromQueue","actor":{"type":"strategy","id":"Strategy 1"},"queue":"Queue 1"}
      {"interaction_id":"chat 1","seq":4,"time":"2026-01-05T09:00:03Z","event":"EventPartyAdded","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"strategy","id":"Strategy 1"}}
      {"interaction_id":"chat 1","seq":5,"time":"2026-01-05T14:30:04.000+05:30","event":"EventAgentInvited","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"agent","id":"Agent 1"}}
      {"interaction_id":"chat 1","seq":6,"time":"2026-01-05T05:30:05-03:30","event":"EventPartyRemoved","actor":{"type":"strategy","id":"Strategy 1"},"party":{"type":"strategy","id":"Strategy 1"}}
      {"interaction_id":"chat 1","seq":7,"time":"2026-01-05T09:00:06Z","event":"EventPartyAdded","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 1"}}
      {"interaction_id":"chat 1","seq":8,"time":"2026-01-05T14:30:07.000+05:30","event":"EventAgentInvited","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 2"},"operation":"transfer"}
      {"interaction_id":"chat 1","seq":9,"time":"2026-01-05T05:30:08-03:30","event":"EventPartyAdded","actor":{"type":"agent","id":"Agent 2"},"party":{"type":"agent","id":"Agent 2"}}
      {"interaction_id":"chat 1","seq":10,"time":"2026-01-05T09:00:09Z","event":"EventPartyRemoved","actor":{"type":"agent","id":"Agent 1"},"party":{"type":"agent","id":"Agent 1"}}
      {"interaction_id":"chat 1","seq":11,"time":"2026-01-05T14:30:10.000+05:30","event":"EventPartyRemoved","actor":{"type":"agent","id":"Agent 2"},"party":{"type":"agent","id":"Agent 2"}}
      {"interaction_id":"chat 1","seq":12,"time":"2026-01-05T05:30:11-03:30","event":"EventProcessingStopped","actor":{"type":"agent","id":"Agent 2"}}
      """
    Then the facts are:
      | resource | technical descriptor       | start    | end      |
      | Agent 1  | RoutedTo/Transferred       | 09:00:04 | 09:00:09 |
      | Agent 2  | ReceivedTransfer/Completed | 09:00:07 | 09:00:10 |
