// SPDX-License-Identifier: Apache-2.0
//
// Grammar of filter conditions over the tokens of FalcoConditionLexer: or < and < not < check. Every decision needs one token.
// `x or(y)` and `x and(y)` take exactly the group as operand. Knows nothing of fields, types or macros. No actions.
parser grammar FalcoConditionParser;

options { tokenVocab = FalcoConditionLexer; }

condition : orExpr EOF ;
orExpr : andExpr (OR andExpr | OR_OPEN orExpr RPAREN)* ;
andExpr : notExpr (AND notExpr | AND_OPEN orExpr RPAREN)* ;
notExpr : NOT* (NOT_OPEN orExpr RPAREN | check) ;

check
  : LPAREN orExpr RPAREN  # group
  | field test            # fieldTest
  | call test             # callTest
  | IDENT                 # macroName
  ;

test
  : EXISTS                          # existsTest
  | ORDER_OP numberOperand          # orderTest
  | (EQUAL_OP | STRING_OP) operand  # stringTest
  | LIST_OP listOperand             # listTest
  ;

numberOperand : HEX | NUMBER | reference ;
operand : STRING | BARE | reference | MODIFIER listValue? ;
listOperand : listValue | reference ;
listValue : LIST_OPEN values? LIST_CLOSE | IDENT ;
values : value (COMMA value)* ;
value : STRING | BARE ;
reference : VAL_OPEN field CALL_CLOSE | call ;

field : FIELD | FIELD_OPEN INDEX_TEXT INDEX_CLOSE ;
call : CALL_OPEN argument (COMMA argument)* (CALL_CLOSE | CALL_CLOSE_INDEX INDEX_TEXT INDEX_CLOSE) ;
argument : HEX | NUMBER | STRING | call | field | LIST_OPEN elements? CALL_CLOSE ;
elements : element (COMMA element)* ;
element : HEX | NUMBER | STRING | call | field ;
