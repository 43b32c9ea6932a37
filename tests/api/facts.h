/* What the parts of the layout test share. */
#ifndef TESTS_API_FACTS_H
#define TESTS_API_FACTS_H

/* How many functions were declared a second time, with the prototype of the table. */
unsigned count_prototypes(void);

#endif
