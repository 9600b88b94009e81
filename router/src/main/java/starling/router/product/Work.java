package starling.router.product;

/**
 * What an agent did for a job.
 *
 * @param worker its number
 * @param asked tasks that it was given
 * @param results that counted
 * @param computing seconds of products
 * @param waiting seconds that it waited on purpose
 * @param last seconds until its last result that counted; NaN without one
 */
public record Work(int worker, int asked, int results, double computing, double waiting, double last) {
    /** Seconds in which its results and orders travelled or it was busy with something else; NaN without a result. */
    public double transfer() {
        return last - computing - waiting;
    }
}
