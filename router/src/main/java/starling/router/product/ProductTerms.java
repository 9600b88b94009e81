package starling.router.product;

import java.time.Duration;
import starling.link.SessionSettings;

/**
 * How a router deals with agents that multiply for it.
 *
 * @param fleet name of the fleet, part of every topic
 * @param instance this run of the router: drawn at random at each start
 * @param session who the router is to the broker
 * @param workers agents that are expected: 0 to this number
 * @param longest numbers of a result at most
 * @param deadline how long answers are waited for
 * @param gather how long agents are waited for that are not there
 */
public record ProductTerms(
        String fleet,
        String instance,
        SessionSettings session,
        int workers,
        long longest,
        Duration deadline,
        Duration gather) {}
