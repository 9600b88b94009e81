package starling.router.serve;

import java.net.InetSocketAddress;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import starling.link.Limits;
import starling.link.frame.ElementType;
import starling.models.UnfitException;
import starling.models.plan.Bundle;
import starling.models.plan.Plan;
import starling.models.plan.Traffic;
import starling.router.inference.FillPolicy;

/**
 * How a router serves a fleet, whatever it is connected by.
 *
 * @param bundle the plan and the final model
 * @param fleet name of the fleet, part of every topic
 * @param deadlineMillis how long the answers of an inference are waited for
 * @param policy what becomes of missing parts
 * @param maxInFlight inferences at once
 * @param quorum how many workers must serve, 0 for the rule of {@link starling.router.fleet.FleetView}
 * @param elements how numbers travel in frames sent
 * @param http where HTTP is served, null for nowhere
 * @param heartbeat period of the signs of life, the same for the whole fleet
 */
public record ServeSettings(
        Bundle bundle,
        String fleet,
        long deadlineMillis,
        FillPolicy policy,
        int maxInFlight,
        int quorum,
        ElementType elements,
        @Nullable InetSocketAddress http,
        Duration heartbeat) {

    /** The fleet's name unless told otherwise. */
    public static final String FLEET = "starling";
    /** The heartbeat's period. */
    public static final Duration HEARTBEAT = Duration.ofSeconds(1);
    /** Inferences at once unless told otherwise: as many as an agent takes. */
    public static final int MAX_IN_FLIGHT = 16;

    private static final long MILLIS_PER_STAGE = 1000;
    static final long LONGEST_DEADLINE = 3_600_000;
    static final int MOST_IN_FLIGHT = 4096;

    public ServeSettings {
        require("the deadline in ms", deadlineMillis, 1, LONGEST_DEADLINE);
        require("max-in-flight", maxInFlight, 1, MOST_IN_FLIGHT);
        require("the quorum", quorum, 0, bundle.plan().workers());
    }

    private static void require(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new UnfitException(what + " must be " + least + " to " + most + ": it is " + value);
        }
    }

    /** A second for each stage: what agents need at most with their own default of a second per exchange. */
    public static long defaultDeadlineMillis(Plan plan) {
        return MILLIS_PER_STAGE * (plan.rounds() + 1);
    }

    /**
     * What the router's own session may hold and send.
     *
     * @throws starling.link.LinkException when a frame of the plan fits into no packet
     */
    Limits limits() {
        Plan plan = bundle.plan();
        Traffic sent = Traffic.sentByRouter(plan).atOnce(maxInFlight);
        Traffic taken = Traffic.answers(plan).or(Traffic.request(plan));
        return Limits.DEFAULT.widenedFor(
                Math.max(sent.longest(), taken.longest()), sent.frames(), sent.notes(), sent.values());
    }
}
