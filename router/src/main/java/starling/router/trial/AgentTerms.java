package starling.router.trial;

import java.time.Duration;
import starling.link.SessionSettings;

/**
 * How a trial deals with agents.
 *
 * @param fleet name of the fleet, part of every topic
 * @param instance this run of the router: drawn at random at each start
 * @param session who the router is to the broker
 * @param deadline how long answers are waited for
 * @param gather how long nodes are waited for that are not there, at first or after the connection was lost
 */
public record AgentTerms(String fleet, String instance, SessionSettings session, Duration deadline, Duration gather) {}
