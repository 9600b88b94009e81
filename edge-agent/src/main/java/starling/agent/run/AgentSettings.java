package starling.agent.run;

import java.time.Duration;
import starling.agent.inference.Policy;
import starling.link.frame.ElementType;

/**
 * How an agent takes part.
 *
 * @param fleet name of the fleet, part of every topic
 * @param policy what becomes of missing frames
 * @param deadline how long each exchange is waited for
 * @param maxInFlight inferences at once
 * @param elements how numbers travel in frames it sends
 * @param heartbeat period of the signs of life, the same for the whole fleet
 * @param version of the program, announced to the others
 */
public record AgentSettings(
        String fleet,
        Policy policy,
        Duration deadline,
        int maxInFlight,
        ElementType elements,
        Duration heartbeat,
        String version) {

    /** Fleet {@code starling}, zeros for missing frames, 1 s, 16 in flight, float32, a heartbeat each second. */
    public static final AgentSettings DEFAULT = new AgentSettings(
            "starling",
            Policy.ZERO,
            Duration.ofSeconds(1),
            16,
            ElementType.FLOAT32,
            Duration.ofSeconds(1),
            "development");

    /** The same with another policy. */
    public AgentSettings withPolicy(Policy other) {
        return new AgentSettings(fleet, other, deadline, maxInFlight, elements, heartbeat, version);
    }

    /** The same with another deadline. */
    public AgentSettings withDeadline(Duration other) {
        return new AgentSettings(fleet, policy, other, maxInFlight, elements, heartbeat, version);
    }

    /** The same with another limit of inferences at once. */
    public AgentSettings withMaxInFlight(int other) {
        return new AgentSettings(fleet, policy, deadline, other, elements, heartbeat, version);
    }

    /** The same with other numbers on the wire. */
    public AgentSettings withElements(ElementType other) {
        return new AgentSettings(fleet, policy, deadline, maxInFlight, other, heartbeat, version);
    }
}
