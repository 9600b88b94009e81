package starling.experiments.coded;

/** The mean of numbers that come one by one, and how sure it is. Not safe for use by several threads. */
final class Measured {
    private long count;
    private double mean;
    private double squares;

    void add(double value) {
        count++;
        double off = value - mean;
        mean += off / count;
        squares += off * (value - mean);
    }

    double mean() {
        return mean;
    }

    long count() {
        return count;
    }

    /** The standard deviation of the mean. */
    double deviation() {
        return count < 2 ? Double.POSITIVE_INFINITY : Math.sqrt(squares / (count - 1.0) / count);
    }
}
