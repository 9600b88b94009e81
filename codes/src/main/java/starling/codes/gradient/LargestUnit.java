package starling.codes.gradient;

/**
 * A code that takes each number on its own in units of the vector's largest magnitude. Its message begins with ||x||_inf as a
 * float and has nothing more where that is 0. So it can be given a vector whose parts were brought to one largest magnitude.
 */
public interface LargestUnit extends GradientEncoder {

    /** Whether this code's settings make it one: some have other units. */
    default boolean inUnitsOfLargest() {
        return true;
    }
}
