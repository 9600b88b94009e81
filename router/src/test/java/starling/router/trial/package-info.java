/** Tests of trials, in this process and in processes that are killed. */
@NullMarked
package starling.router.trial;

import org.jspecify.annotations.NullMarked;
