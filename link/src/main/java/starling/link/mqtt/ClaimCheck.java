package starling.link.mqtt;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import starling.link.Claim;

/**
 * Finds out, at each connection, who holds an identity. The session subscribes to the claim and sends a probe on the same topic; brokers keep the order, so
 * when the probe comes back the retained claim, if there is one, has come before. The first connection of a program takes the
 * identity whoever had it; a later one that finds another's claim has been replaced meanwhile. Used on the session's thread only.
 */
final class ClaimCheck {

    /** What a message on the claim's topic means. */
    enum Finding {
        /** Nothing yet. */
        WAIT,
        /** The identity is free, or one's own: claim it. */
        MINE,
        /** Another program has claimed it since. */
        ANOTHERS
    }

    private final Claim claim;
    private boolean held;
    private int probes;
    private byte[] probe = new byte[0];
    private @Nullable String holder;

    ClaimCheck(Claim claim) {
        this.claim = claim;
    }

    String topic() {
        return claim.topic();
    }

    /** What claims the identity, retained. */
    byte[] ownClaim() {
        return claim.instance().getBytes(StandardCharsets.UTF_8);
    }

    /** Begins with a new connection: what to send as a probe, not retained. */
    byte[] newProbe() {
        holder = null;
        probe = ("probe " + ++probes + " of " + claim.instance()).getBytes(StandardCharsets.UTF_8);
        return probe;
    }

    /** A message came on the claim's topic. */
    Finding heard(byte[] payload, boolean retained) {
        if (retained) {
            holder = new String(payload, StandardCharsets.UTF_8);
            return Finding.WAIT;
        }
        if (!Arrays.equals(payload, probe)) {
            return Finding.WAIT;
        }
        return held && holder != null && !holder.equals(claim.instance()) ? Finding.ANOTHERS : Finding.MINE;
    }

    /** The broker has taken the claim. */
    void isHeld() {
        held = true;
    }
}
