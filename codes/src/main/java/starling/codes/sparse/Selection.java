package starling.codes.sparse;

import starling.codes.random.RandomStream;

/** Says of one place after the other whether it is among the k of n that are drawn, every set of k alike. */
final class Selection {
    private final RandomStream stream;
    private final int length;
    private int place;
    private int left;

    Selection(RandomStream stream, int length, int wanted) {
        this.stream = stream;
        this.length = length;
        left = wanted;
    }

    boolean next() {
        boolean drawn = stream.below(place, length - place) < left;
        place++;
        left -= drawn ? 1 : 0;
        return drawn;
    }
}
