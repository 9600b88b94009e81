package starling.agent.inference;

import java.nio.FloatBuffer;

/**
 * Where a worker's frames go. Called by the thread that drives the {@link InferenceLoop}; must not block, and must have taken the values when it
 * returns.
 */
public interface Outlet {

    /** The frame of an exchange for one receiver; all remaining values. */
    void exchange(long epoch, long inference, int step, int receiver, FloatBuffer values, boolean complete);

    /** Word to a receiver that no more frames come for an inference, and why. */
    void failure(long epoch, long inference, int step, int receiver, String why);

    /** The worker's part of the answer; all remaining values, none if it delivers nothing. */
    void answer(long epoch, long inference, int step, FloatBuffer values, boolean complete, String account);

    /** Word to the router that there is no answer; the account says why. */
    void failedAnswer(long epoch, long inference, int step, String account);
}
