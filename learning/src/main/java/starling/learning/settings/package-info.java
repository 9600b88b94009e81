/** What a trial is: the YAML file that describes it, read into types, every error with its line and field. */
@NullMarked
package starling.learning.settings;

import org.jspecify.annotations.NullMarked;
