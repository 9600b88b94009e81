package starling.codes.syndrome;

import java.util.ArrayList;
import java.util.List;
import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;

/**
 * What a receiver asks of the senders of the second group: which bit planes come as syndromes, always the first ones, and of
 * what size; the others come range coded. Announced once for all of them in {@link #message}, a byte or two.
 *
 * @param rates for each plane that comes as syndromes its checks per bit in 64ths, 1 to 64
 */
public record DiscusPlan(List<Integer> rates) {
    private static final int STEPS = 64;
    private static final int RATE_BITS = 7;

    /** Times the margin of a known law: one sender's law differs from the others' by more than a code is off, however many they were. */
    private static final double SENDERS = 1.6;

    public DiscusPlan {
        rates = List.copyOf(rates);
        for (int rate : rates) {
            if (rate < 1 || rate > STEPS) {
                throw new IllegalArgumentException("a rate of syndromes is 1 to 64 64ths: " + rate);
            }
        }
    }

    /** Everything range coded. */
    public static DiscusPlan plain() {
        return new DiscusPlan(List.of());
    }

    /** What is added to the entropy by default: 0.025 + 2.4 / sqrt(n) checks per bit for codes of length n. */
    public static double margin(int blockLength) {
        return 0.025 + 2.4 / Math.sqrt(blockLength);
    }

    /**
     * What is added to the entropy of a law that was learned from others: 1.6 times {@link #margin(int)}, for the next sender is not
     * like the mean of those seen, and the law's redundancy, the free numbers in it over 2 ln 2 times the symbols seen. Measured
     * on real gradients, few blocks in a hundred then fail.
     */
    static double margin(int blockLength, ConditionalLaw law) {
        return SENDERS * margin(blockLength) + law.redundancy();
    }

    /**
     * The plan for senders whose symbols follow a law, with the contexts of one of them. For plane after plane the mean
     * entropy given all that the receiver knows, plus a margin, is compared with that given the open contexts alone, which
     * range coding needs; where the latter is not larger, this plane and those after it are range coded.
     *
     * <p>Cost: O(n), and O(M^2) for each pair of contexts.
     *
     * @param openContexts for each number of the gradient
     * @param sideContexts likewise
     * @param margin checks per bit above the entropy, such as {@link #margin}
     */
    public static DiscusPlan of(ConditionalLaw law, int[] openContexts, int[] sideContexts, double margin) {
        Blocks blocks = Blocks.of(openContexts.length);
        if (!blocks.fitForSyndromes()) {
            return plain();
        }
        double[] seen = new double[law.open() * law.side()];
        for (int i = 0; i < openContexts.length; i++) {
            seen[openContexts[i] * law.side() + sideContexts[i]]++;
        }
        BitPlanes planes = new BitPlanes(law.levels());
        double[][] table = law.table();
        double[][] common = common(law, seen, table);
        List<Integer> rates = new ArrayList<>();
        for (int plane = 0; plane < planes.planes(); plane++) {
            double known = 0;
            double open = 0;
            for (int o = 0; o < law.open(); o++) {
                double count = 0;
                for (int s = 0; s < law.side(); s++) {
                    int row = o * law.side() + s;
                    known += seen[row] * entropy(planes, table[row], plane);
                    count += seen[row];
                }
                open += count * entropy(planes, common[o], plane);
            }
            double wanted = (known / openContexts.length + margin) * STEPS;
            int rate = Math.max(1, (int) Math.ceil(wanted));
            double checksum = plane == 0 ? SyndromeCode.CHECKSUM_BITS / (double) blocks.length() : 0;
            if (rate / (double) STEPS + checksum >= open / openContexts.length) {
                break;
            }
            rates.add(rate);
        }
        return new DiscusPlan(rates);
    }

    /** The law given the open context alone, over the contexts seen. */
    private static double[][] common(ConditionalLaw law, double[] seen, double[][] table) {
        double[][] common = new double[law.open()][table[0].length];
        for (int o = 0; o < law.open(); o++) {
            double sum = 0;
            for (int s = 0; s < law.side(); s++) {
                sum += seen[o * law.side() + s];
            }
            for (int s = 0; s < law.side() && sum > 0; s++) {
                double share = seen[o * law.side() + s] / sum;
                for (int symbol = 0; symbol < table[0].length; symbol++) {
                    common[o][symbol] += share * table[o * law.side() + s][symbol];
                }
            }
        }
        return common;
    }

    /** H(bit of a plane | planes before), 0 where the plane holds no bit, by a law over symbols. */
    private static double entropy(BitPlanes planes, double[] law, int plane) {
        double sum = 0;
        int levels = planes.planes() - 1;
        for (int index = 0; index < planes.symbols(); index++) {
            int prefix = planes.prefix(index - levels, plane);
            boolean seenBefore = false;
            for (int other = 0; other < index && !seenBefore; other++) {
                seenBefore = planes.prefix(other - levels, plane) == prefix;
            }
            if (!seenBefore && planes.has(prefix, plane)) {
                double zero = planes.weight(law, prefix, plane, 0);
                double one = planes.weight(law, prefix, plane, 1);
                sum += part(zero, zero + one) + part(one, zero + one);
            }
        }
        return sum;
    }

    private static double part(double weight, double all) {
        return weight > 0 ? -weight * StrictMath.log(weight / all) / StrictMath.log(2) : 0;
    }

    /** How many checks a block of {@code length} bits has in a plane that comes as syndromes. */
    int checks(int plane, int length) {
        return Math.max(8, (int) (((long) length * rates.get(plane) + STEPS - 1) / STEPS));
    }

    /** The announcement: the number of rates and each in 7 bits. */
    public byte[] message() {
        BitWriter message = new BitWriter(8);
        message.bits(rates.size(), Byte.SIZE);
        for (int rate : rates) {
            message.bits(rate, RATE_BITS);
        }
        return message.message();
    }

    /** Whether vectors of so many symbols -M to M can be sent by it: they have the planes, and are long enough for syndromes. */
    public boolean fits(int levels, int numbers) {
        return rates.isEmpty()
                || (rates.size() <= new BitPlanes(levels).planes()
                        && Blocks.of(numbers).fitForSyndromes());
    }

    String misfit(int levels, int numbers) {
        return "a plan has at most " + new BitPlanes(levels).planes()
                + " planes of syndromes, and none for fewer than 1024 numbers: " + rates.size() + " for " + numbers;
    }

    /**
     * Reads an announcement for vectors of so many symbols -M to M.
     *
     * @throws MalformedMessageException when it is none, or one that does not fit such vectors
     */
    public static DiscusPlan read(byte[] message, int levels, int numbers) {
        BitReader reader = new BitReader(message);
        int count = reader.bits(Byte.SIZE);
        List<Integer> rates = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int rate = reader.bits(RATE_BITS);
            if (rate < 1 || rate > STEPS) {
                throw new MalformedMessageException("a rate of syndromes is 1 to 64 64ths: " + rate);
            }
            rates.add(rate);
        }
        reader.end();
        DiscusPlan plan = new DiscusPlan(rates);
        if (!plan.fits(levels, numbers)) {
            throw new MalformedMessageException(plan.misfit(levels, numbers));
        }
        return plan;
    }
}
