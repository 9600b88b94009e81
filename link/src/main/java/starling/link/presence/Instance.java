package starling.link.presence;

import java.security.SecureRandom;
import java.util.HexFormat;
import starling.link.frame.SequenceNumbers;

/**
 * What tells one run of the program from the next: drawn anew at each start, never from a seed, for two runs with one seed would be taken for
 * one.
 *
 * @param name in presences
 * @param incarnation in sequence numbers
 */
public record Instance(String name, int incarnation) {

    /** A run unlike all others. */
    public static Instance fresh() {
        SecureRandom random = new SecureRandom();
        byte[] name = new byte[8];
        random.nextBytes(name);
        return new Instance(HexFormat.of().formatHex(name), random.nextInt(SequenceNumbers.INCARNATIONS));
    }
}
