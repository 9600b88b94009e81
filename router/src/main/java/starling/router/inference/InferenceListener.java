package starling.router.inference;

import starling.link.frame.WorkerReport;

/** Is told what happens, to be counted. Called by any thread; must not block. */
public interface InferenceListener {

    /** An inference has ended, or was not taken on. */
    void ended(Outcome outcome);

    /** A worker has reported what an inference cost it; at most once per worker and inference, also after the inference's end. */
    void reported(int worker, WorkerReport report);

    /** A frame was not used. */
    void dropped(Drop why);

    /** Answers of a worker were lost on the way, by their sequence numbers. */
    void lost(int worker, long frames);
}
