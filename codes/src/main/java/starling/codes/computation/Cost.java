package starling.codes.computation;

/**
 * What a job costs if all workers do all their tasks.
 *
 * @param load multiplications and additions of each worker, 2 u h q for every product of a u x h and an h x q block
 * @param sent numbers that each worker is sent: its coded inputs
 * @param returned numbers that each worker returns
 * @param encoding multiplications and additions of the encoding
 * @param uncoded multiplications and additions of the product itself, without padding
 */
@SuppressWarnings("ArrayRecordComponent") // a report, not compared
public record Cost(double[] load, double[] sent, double[] returned, double encoding, double uncoded) {
    static Cost of(ComputationCode code, CodedFactor left, CodedFactor right) {
        int workers = code.workers().size();
        double[] load = new double[workers];
        double[] sent = new double[workers];
        double[] returned = new double[workers];
        for (int worker = 0; worker < workers; worker++) {
            for (int task = 0; task < code.workers().get(worker).size(); task++) {
                Matrix a = left.input(worker, task).get(0);
                Matrix b = right.input(worker, task).get(0);
                double terms = code.workers().get(worker).get(task).terms().size();
                load[worker] += terms * 2.0 * a.rows() * a.columns() * b.columns();
                sent[worker] += terms * ((double) a.values().length + b.values().length);
                returned[worker] += (double) a.rows() * b.columns();
            }
        }
        return new Cost(
                load,
                sent,
                returned,
                (double) left.operations() + right.operations(),
                2.0 * left.rows() * left.columns() * right.columns());
    }
}
