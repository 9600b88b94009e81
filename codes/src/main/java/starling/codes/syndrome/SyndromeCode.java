package starling.codes.syndrome;

import java.util.zip.CRC32;
import starling.codes.MalformedMessageException;
import starling.codes.bits.BitReader;
import starling.codes.bits.BitWriter;
import starling.codes.entropy.AdaptiveModel;
import starling.codes.entropy.RangeDecoder;
import starling.codes.entropy.RangeEncoder;

/**
 * Lossless coding of quantized numbers -M to M for a receiver that holds something similar (DISCUS: S. S. Pradhan and
 * K. Ramchandran, Distributed source coding using syndromes, IEEE Trans. Inf. Theory 49, 2003). The numbers' first bit
 * planes come as syndromes, block by block, with a checksum of 32 bits over these planes of a block; the rest is range coded
 * in the contexts that both ends know. A block whose checksum does not fit is asked for once more and then comes range
 * coded, so that a wrong block is taken for a right one only if belief propagation ends in a wrong word of the coset with the
 * same checksum. A sender whose numbers take fewer bits without syndromes sends them so.
 *
 * <p>Message: a byte, 1 for syndromes and 0 without; block by block the syndromes of its planes and the checksum, padded to
 * a byte at the end; the range coded planes. Answer: range coded, the planes of the blocks asked for.
 *
 * <p>Cost: to encode, edges of the code and a range coded bit per number and plane; to decode, up to 100 iterations of
 * {@link BeliefPropagation}. Immutable but for its shelf; safe for use by several threads.
 */
public final class SyndromeCode {
    static final int CHECKSUM_BITS = 32;
    private static final int ITERATIONS = 100;

    private final BitPlanes planes;
    private final int levels;
    private final int open;
    private final LdpcShelf shelf;

    /** What a receiver makes of a message. */
    public sealed interface Outcome permits Decoded, Incomplete {}

    /**
     * Everything was decoded.
     *
     * @param symbols all numbers
     */
    public record Decoded(int[] symbols) implements Outcome {}

    /** Some blocks could not be decoded. */
    public static final class Incomplete implements Outcome {
        private final Reception reception;
        private final boolean[] failed;

        private Incomplete(Reception reception, boolean[] failed) {
            this.reception = reception;
            this.failed = failed;
        }

        /** What is to be sent to the sender: a bit for each block. */
        public byte[] request() {
            BitWriter request = new BitWriter(failed.length / Byte.SIZE + 1);
            for (boolean block : failed) {
                request.bit(block);
            }
            return request.message();
        }

        /** How many blocks failed, and of how many. */
        public int failures() {
            int failures = 0;
            for (boolean block : failed) {
                failures += block ? 1 : 0;
            }
            return failures;
        }

        /**
         * All numbers, with the sender's answer; once.
         *
         * @throws MalformedMessageException when it is not the answer to this request
         */
        public int[] complete(byte[] answer) {
            return reception.complete(answer, failed);
        }
    }

    /**
     * @param levels M, 1 to 15
     * @param open number of contexts that both ends know, 1 to 4 096
     * @param shelf of codes; both ends need the same seed
     */
    public SyndromeCode(int levels, int open, LdpcShelf shelf) {
        if (levels < 1 || levels > 15 || open < 1 || open > 4096) {
            throw new IllegalArgumentException(
                    "a syndrome code has 1 to 15 levels and 1 to 4096 contexts: " + levels + " and " + open);
        }
        this.levels = levels;
        this.open = open;
        this.shelf = shelf;
        planes = new BitPlanes(levels);
    }

    /**
     * The message.
     *
     * @param symbols -M to M, at least one
     * @param contexts for each number what both ends know, 0 to {@code open} - 1
     * @param plan as the receiver announced it
     */
    public byte[] encode(int[] symbols, int[] contexts, DiscusPlan plan) {
        checkArguments(symbols.length, contexts);
        checkPlan(symbols.length, plan);
        for (int i = 0; i < symbols.length; i++) {
            if (Math.abs(symbols[i]) > levels) {
                throw new IllegalArgumentException(
                        "symbols lie between -" + levels + " and " + levels + ": number " + i + " is " + symbols[i]);
            }
        }
        byte[] plain = encode(symbols, contexts, plan, false);
        if (plan.rates().isEmpty()) {
            return plain;
        }
        byte[] syndromes = encode(symbols, contexts, plan, true);
        return syndromes.length < plain.length ? syndromes : plain;
    }

    private byte[] encode(int[] symbols, int[] contexts, DiscusPlan plan, boolean syndromes) {
        BitWriter message = new BitWriter(symbols.length / 4);
        message.bits(syndromes ? 1 : 0, Byte.SIZE);
        int first = 0;
        if (syndromes) {
            first = plan.rates().size();
            Blocks blocks = Blocks.of(symbols.length);
            for (int block = 0; block < blocks.count(); block++) {
                writeSyndromes(message, symbols, blocks, block, plan);
            }
        }
        RangeEncoder encoder = new RangeEncoder(message);
        AdaptiveModel model = new AdaptiveModel(2, planes.planes() * open);
        for (int plane = first; plane < planes.planes(); plane++) {
            for (int i = 0; i < symbols.length; i++) {
                encodeBit(encoder, model, symbols[i], contexts[i], plane);
            }
        }
        encoder.finish();
        return message.message();
    }

    private void writeSyndromes(BitWriter message, int[] symbols, Blocks blocks, int block, DiscusPlan plan) {
        CRC32 checksum = checksum(block);
        for (int plane = 0; plane < plan.rates().size(); plane++) {
            byte[] word = new byte[blocks.length()];
            for (int place = 0; place < blocks.taken(block); place++) {
                word[place] = (byte) Math.max(0, planes.bit(symbols[blocks.number(block, place)], plane));
            }
            checksum.update(word);
            for (byte bit :
                    shelf.code(word.length, plan.checks(plane, word.length)).syndrome(word)) {
                message.bits(bit, 1);
            }
        }
        message.bits((int) checksum.getValue(), CHECKSUM_BITS);
    }

    private static CRC32 checksum(int block) {
        CRC32 checksum = new CRC32();
        checksum.update(new byte[] {(byte) block, (byte) (block >> 8), (byte) (block >> 16)});
        return checksum;
    }

    private void encodeBit(RangeEncoder encoder, AdaptiveModel model, int symbol, int context, int plane) {
        int bit = planes.bit(symbol, plane);
        if (bit != BitPlanes.NONE) {
            model.encode(encoder, plane * open + context, bit);
        }
    }

    /**
     * The sender's answer to a request.
     *
     * @param symbols as they were encoded, as the contexts and the plan
     * @throws MalformedMessageException when the request is none
     */
    public byte[] answer(int[] symbols, int[] contexts, DiscusPlan plan, byte[] request) {
        checkArguments(symbols.length, contexts);
        checkPlan(symbols.length, plan);
        Blocks blocks = Blocks.of(symbols.length);
        BitReader reader = new BitReader(request);
        BitWriter message = new BitWriter(blocks.length());
        RangeEncoder encoder = new RangeEncoder(message);
        AdaptiveModel model = new AdaptiveModel(2, planes.planes() * open);
        for (int block = 0; block < blocks.count(); block++) {
            if (!reader.bit()) {
                continue;
            }
            for (int plane = 0; plane < plan.rates().size(); plane++) {
                for (int place = 0; place < blocks.taken(block); place++) {
                    int number = blocks.number(block, place);
                    encodeBit(encoder, model, symbols[number], contexts[number], plane);
                }
            }
        }
        reader.end();
        encoder.finish();
        return message.message();
    }

    /**
     * Decodes a message as far as it can be.
     *
     * @param contexts as the sender's
     * @param side for each number what the receiver alone knows, 0 to {@code law.side()} - 1
     * @param law of the symbols given both; a wrong one makes blocks fail, nothing worse
     * @param plan as it was announced
     * @throws MalformedMessageException when no sender makes this message, or none with this plan; a damaged one may
     *     also be incomplete
     */
    public Outcome decode(byte[] message, int[] contexts, int[] side, ConditionalLaw law, DiscusPlan plan) {
        checkArguments(contexts.length, contexts);
        if (side.length != contexts.length || law.open() != open || law.levels() != levels) {
            throw new IllegalArgumentException("a law must fit the code, with a side context for each number: "
                    + side.length + " of " + contexts.length + ", " + law.open() + " of " + open + " open contexts, "
                    + law.levels() + " of " + levels + " levels");
        }
        if (!plan.fits(levels, contexts.length)) {
            throw new MalformedMessageException(plan.misfit(levels, contexts.length));
        }
        return new Reception(message, contexts, plan).decode(side, law);
    }

    private static void checkArguments(int numbers, int[] contexts) {
        if (numbers == 0 || contexts.length != numbers) {
            throw new IllegalArgumentException("there is at least one number, each with a context: " + numbers
                    + " numbers, " + contexts.length + " contexts");
        }
    }

    private void checkPlan(int numbers, DiscusPlan plan) {
        if (!plan.fits(levels, numbers)) {
            throw new IllegalArgumentException(plan.misfit(levels, numbers));
        }
    }

    /** One message on its way to numbers. */
    private final class Reception {
        private final BitReader message;
        private final int[] contexts;
        private final DiscusPlan plan;
        private final Blocks blocks;
        private final int[] prefixes;
        private final int[] checksums;

        Reception(byte[] message, int[] contexts, DiscusPlan plan) {
            this.message = new BitReader(message);
            this.contexts = contexts;
            this.plan = plan;
            blocks = Blocks.of(contexts.length);
            prefixes = new int[contexts.length];
            checksums = new int[blocks.count()];
        }

        Outcome decode(int[] side, ConditionalLaw law) {
            int kind = message.bits(Byte.SIZE);
            if (kind > 1 || (kind == 1 && plan.rates().isEmpty())) {
                throw new MalformedMessageException("a message holds syndromes, 1, where planned, or not, 0: " + kind);
            }
            if (kind == 0) {
                return new Decoded(rest(0));
            }
            byte[][][] syndromes = readSyndromes();
            boolean[] failed = new boolean[blocks.count()];
            boolean complete = true;
            double[][] table = law.table();
            for (int block = 0; block < failed.length; block++) {
                failed[block] = !decodeBlock(block, syndromes[block], side, table, law.side());
                complete &= !failed[block];
            }
            return complete ? new Decoded(rest(plan.rates().size())) : new Incomplete(this, failed);
        }

        private byte[][][] readSyndromes() {
            int planned = plan.rates().size();
            byte[][][] syndromes = new byte[blocks.count()][planned][];
            for (int block = 0; block < blocks.count(); block++) {
                for (int plane = 0; plane < planned; plane++) {
                    byte[] syndrome = new byte[plan.checks(plane, blocks.length())];
                    for (int i = 0; i < syndrome.length; i++) {
                        syndrome[i] = (byte) message.bits(1);
                    }
                    syndromes[block][plane] = syndrome;
                }
                checksums[block] = message.bits(CHECKSUM_BITS);
            }
            message.align();
            return syndromes;
        }

        private boolean decodeBlock(int block, byte[][] syndromes, int[] side, double[][] table, int sides) {
            int[] found = new int[blocks.taken(block)];
            CRC32 checksum = checksum(block);
            for (int plane = 0; plane < syndromes.length; plane++) {
                double[] priors = new double[blocks.length()];
                for (int place = 0; place < priors.length; place++) {
                    priors[place] = Double.POSITIVE_INFINITY;
                    if (place < found.length && planes.has(found[place], plane)) {
                        int number = blocks.number(block, place);
                        double[] law = table[contexts[number] * sides + side[number]];
                        priors[place] =
                                planes.weight(law, found[place], plane, 0) / planes.weight(law, found[place], plane, 1);
                    }
                }
                byte[] word = new byte[priors.length];
                LdpcCode code = shelf.code(word.length, syndromes[plane].length);
                if (!new BeliefPropagation(code).decode(syndromes[plane], priors, ITERATIONS, word)) {
                    return false;
                }
                checksum.update(word);
                for (int place = 0; place < found.length; place++) {
                    boolean has = planes.has(found[place], plane);
                    found[place] = BitPlanes.extended(found[place], has ? word[place] : BitPlanes.NONE);
                }
            }
            for (int place = 0; place < found.length; place++) {
                prefixes[blocks.number(block, place)] = found[place];
            }
            return (int) checksum.getValue() == checksums[block];
        }

        int[] complete(byte[] answer, boolean[] failed) {
            RangeDecoder decoder = new RangeDecoder(new BitReader(answer));
            AdaptiveModel model = new AdaptiveModel(2, planes.planes() * open);
            for (int block = 0; block < failed.length; block++) {
                if (!failed[block]) {
                    continue;
                }
                CRC32 checksum = checksum(block);
                for (int place = 0; place < blocks.taken(block); place++) {
                    prefixes[blocks.number(block, place)] = 0;
                }
                for (int plane = 0; plane < plan.rates().size(); plane++) {
                    byte[] word = new byte[blocks.length()];
                    for (int place = 0; place < blocks.taken(block); place++) {
                        int number = blocks.number(block, place);
                        word[place] = (byte) Math.max(0, decodeBit(decoder, model, number, plane));
                    }
                    checksum.update(word);
                }
                if ((int) checksum.getValue() != checksums[block]) {
                    throw new MalformedMessageException(
                            "an answer must fit the checksum of its message: block " + block + " does not");
                }
            }
            decoder.finish();
            return rest(plan.rates().size());
        }

        /** Reads the planes from one on, and puts the numbers together. */
        private int[] rest(int first) {
            RangeDecoder decoder = new RangeDecoder(message);
            AdaptiveModel model = new AdaptiveModel(2, planes.planes() * open);
            for (int plane = first; plane < planes.planes(); plane++) {
                for (int i = 0; i < prefixes.length; i++) {
                    decodeBit(decoder, model, i, plane);
                }
            }
            decoder.finish();
            int[] symbols = new int[prefixes.length];
            for (int i = 0; i < symbols.length; i++) {
                symbols[i] = planes.symbol(prefixes[i]);
            }
            return symbols;
        }

        private int decodeBit(RangeDecoder decoder, AdaptiveModel model, int number, int plane) {
            int bit = planes.has(prefixes[number], plane)
                    ? model.decode(decoder, plane * open + contexts[number])
                    : BitPlanes.NONE;
            prefixes[number] = BitPlanes.extended(prefixes[number], bit);
            return bit;
        }
    }
}
