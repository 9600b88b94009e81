package starling.codes.syndrome;

/**
 * How n numbers are dealt to blocks for syndromes: number i is at place i / B of block i mod B, so that every block has its
 * share of every part of a gradient and one rate suits all. Blocks have one length, at most 16 384; the last places of
 * some may be empty.
 *
 * @param count B
 * @param length of every block
 * @param numbers n
 */
record Blocks(int count, int length, int numbers) {
    private static final int LONGEST = 1 << 14;
    private static final int SHORTEST = 1 << 10;

    static Blocks of(int numbers) {
        int count = Math.max(1, (numbers + LONGEST - 1) / LONGEST);
        return new Blocks(count, (numbers + count - 1) / count, numbers);
    }

    /** Whether blocks are long enough for syndromes to be worth while. */
    boolean fitForSyndromes() {
        return length >= SHORTEST;
    }

    /** How many places of a block are taken. */
    int taken(int block) {
        return (numbers - block + count - 1) / count;
    }

    int number(int block, int place) {
        return block + count * place;
    }
}
