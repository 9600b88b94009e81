package starling.link;

import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import starling.link.topic.Name;
import starling.link.topic.Role;
import starling.link.topic.Topics;

/**
 * Who connects, and how.
 *
 * @param clientId the stable identity; of two transports with one identity the broker keeps the newer
 * @param credentials user name and password, if the broker wants them
 * @param will gives the last will for the n-th connection attempt of this transport (from 1), or null for none; so that a will can say which
 *     connection it speaks of
 * @param claim how the identity is held against another program with the same, or null if only the broker decides
 * @param limits how much may be held and sent
 * @param timing how long to wait
 * @param seed of the random part of the pauses between attempts; should differ between devices
 */
public record SessionSettings(
        String clientId,
        @Nullable Credentials credentials,
        @Nullable IntFunction<Will> will,
        @Nullable Claim claim,
        Limits limits,
        Timing timing,
        long seed) {

    public SessionSettings {
        Name.require("a client id", clientId);
    }

    /** Default settings for a client id: no credentials, no will, no claim; the seed is taken from the client id. */
    public static SessionSettings of(String clientId) {
        return new SessionSettings(clientId, null, null, null, Limits.DEFAULT, Timing.DEFAULT, clientId.hashCode());
    }

    /**
     * Default settings for a member of a fleet, with a claim to its identity.
     *
     * @param instance this run of the program: drawn at random at each start
     */
    public static SessionSettings of(Topics topics, Role role, String instance) {
        return of(role.user()).withClaim(new Claim(topics.claim(role), instance));
    }

    /** The same settings with credentials; null for none. */
    public SessionSettings withCredentials(@Nullable Credentials newCredentials) {
        return new SessionSettings(clientId, newCredentials, will, claim, limits, timing, seed);
    }

    /** The same settings with a will for each connection attempt. */
    public SessionSettings withWill(IntFunction<Will> newWill) {
        return new SessionSettings(clientId, credentials, newWill, claim, limits, timing, seed);
    }

    /** The same settings with a claim to the identity. */
    public SessionSettings withClaim(Claim newClaim) {
        return new SessionSettings(clientId, credentials, will, newClaim, limits, timing, seed);
    }

    /** The same settings with other limits. */
    public SessionSettings withLimits(Limits newLimits) {
        return new SessionSettings(clientId, credentials, will, claim, newLimits, timing, seed);
    }

    /** The same settings with other timing. */
    public SessionSettings withTiming(Timing newTiming) {
        return new SessionSettings(clientId, credentials, will, claim, limits, newTiming, seed);
    }

    /** The same settings with another seed. */
    public SessionSettings withSeed(long newSeed) {
        return new SessionSettings(clientId, credentials, will, claim, limits, timing, newSeed);
    }
}
