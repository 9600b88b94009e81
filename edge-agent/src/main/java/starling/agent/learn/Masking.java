package starling.agent.learn;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.KeyAgreement;
import starling.codes.overair.PairwiseMask;
import starling.learning.node.Answer;
import starling.learning.protocol.LearnerNotice;
import starling.models.UnfitException;

/**
 * Hides this node's frames: with every other node of a round it shares a seed by X25519, of keys that live as long as this program. The
 * seed is SHA-256 of a label, the trial, the router's epoch, both public keys in order, and the shared secret: so no two runs of the router
 * have the same masks.
 *
 * <p>A frame is masked once a round, and the keys of a round are told once, after it, and only while at least two frames stay in the sum: so
 * the router cannot have this node's frame by calling all others missing. May be used by several threads.
 */
final class Masking {
    private static final String CURVE = "X25519";
    private static final byte[] LABEL = "starling trial mask seed".getBytes(StandardCharsets.US_ASCII);
    private static final int FEWEST = 2;

    private final int node;
    private final KeyPair own;
    private final Map<Integer, LearnerNotice> learners = new HashMap<>();
    private String trial = "";
    private long epoch;
    private long maskedRound = -1;
    private long revealedRound = -1;
    private BitSet roster = new BitSet();
    private PairwiseMask mask;

    Masking(int node) {
        this.node = node;
        this.mask = new PairwiseMask(node, Map.of());
        try {
            own = KeyPairGenerator.getInstance(CURVE).generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java 17 runtime has " + CURVE, e);
        }
    }

    /** What others need to share a seed with this node. */
    String key() {
        return encoded(own.getPublic());
    }

    private static String encoded(PublicKey key) {
        return Base64.getEncoder().encodeToString(key.getEncoded());
    }

    /** Another run of the router begins. */
    synchronized void begin(String newTrial, long newEpoch) {
        trial = newTrial;
        epoch = newEpoch;
        maskedRound = -1;
        revealedRound = -1;
    }

    /** Notes what another node says last, its key among it. */
    synchronized void heard(int other, LearnerNotice learner) {
        learners.put(other, learner);
    }

    /**
     * Masks a frame.
     *
     * @param steps changed
     * @param nodes all that are to send in this round
     * @param sent see {@link Answer.Masked}
     * @throws UnfitException when a key is missing or bad, there is no other node, or a frame of this round has been masked already
     */
    synchronized Answer.Masked mask(long[] steps, long round, BitSet nodes, boolean sent, double energy) {
        if (round <= maskedRound) {
            throw new UnfitException(
                    "a frame is masked once: round " + (round + 1) + " comes after round " + (maskedRound + 1));
        }
        Map<Long, byte[]> seeds = new TreeMap<>();
        for (int other : nodes.stream().filter(one -> one != node).toArray()) {
            seeds.put((long) other, seed(other));
        }
        mask = new PairwiseMask(node, seeds);
        roster = (BitSet) nodes.clone();
        maskedRound = round;
        try {
            mask.mask(steps, round, nodes.stream().mapToObj(one -> (long) one).toList());
        } catch (IllegalArgumentException e) {
            throw new UnfitException(String.valueOf(e.getMessage()), e);
        }
        return new Answer.Masked(steps, sent, energy);
    }

    /**
     * The keys of this round that are shared with nodes that did not send.
     *
     * @throws UnfitException when telling them would lay open this node's frame, or they have been told
     */
    synchronized Answer.Keys reveal(long round, BitSet missing) {
        BitSet left = (BitSet) roster.clone();
        left.andNot(missing);
        BitSet foreign = (BitSet) missing.clone();
        foreign.andNot(roster);
        if (round != maskedRound || round == revealedRound) {
            throw new UnfitException("keys are told once, of the round whose frame was masked last: of round "
                    + (maskedRound + 1) + ", not " + (round + 1));
        }
        if (left.cardinality() < FEWEST || !left.get(node) || !foreign.isEmpty()) {
            throw new UnfitException(
                    "keys are told while at least " + FEWEST + " frames stay in the sum, this node's among them: "
                            + left.cardinality() + " of " + roster.cardinality() + " would");
        }
        revealedRound = round;
        Map<Integer, byte[]> told = new TreeMap<>();
        missing.stream().forEach(other -> told.put(other, mask.reveal(other, round)));
        return new Answer.Keys(told);
    }

    private byte[] seed(int other) {
        LearnerNotice learner = learners.get(other);
        String theirs = learner == null || learner.epoch() != epoch ? null : learner.key();
        if (theirs == null) {
            throw new UnfitException("a mask needs the key of each node: that of node " + other + " is missing");
        }
        try {
            PublicKey key = KeyFactory.getInstance(CURVE)
                    .generatePublic(new X509EncodedKeySpec(Base64.getDecoder().decode(theirs)));
            KeyAgreement agreement = KeyAgreement.getInstance(CURVE);
            agreement.init(own.getPrivate());
            agreement.doPhase(key, true);
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(LABEL);
            for (String part : List.of(
                    trial, Long.toString(epoch), node < other ? key() : theirs, node < other ? theirs : key())) {
                digest.update((byte) 0);
                digest.update(part.getBytes(StandardCharsets.UTF_8));
            }
            return digest.digest(agreement.generateSecret());
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new UnfitException(
                    "the key of node " + other + " must be one of " + CURVE + ": " + e.getMessage(), e);
        }
    }
}
